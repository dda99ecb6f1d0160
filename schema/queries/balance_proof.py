"""`balanceProof(walletId, currency)`: that a wallet is part of what the coalition owes."""

from strawberry.relay import GlobalID

from ledger.errors import RuleBroken, shown
from ledger.names import CurrencyCode, WalletId
from loyalty.actors import MemberActor
from loyalty.members import may_see_member
from loyalty.owners import may_see_wallet
from loyalty.records.members import WalletOwner
from schema import shapes
from schema.context import Context, Info
from schema.queries.ids import id_of
from schema.scalars import bad_input
from schema.types.log import not_sealed, sealed
from sealing.proving import Prover

_WHAT = "The wallet's currency"


class BalanceProofQuery:
    @shapes.resolver(
        description="The text of a c2sp.org/tlog-proof file that shows the wallet's balance, as of "
        "the newest block, in what the coalition owes; or that it has no entry. `currency` is the "
        "wallet's own, and only needed of a wallet that there is not. Verify it offline."
    )
    async def balance_proof(
        self, info: Info, wallet_id: GlobalID, currency: str | None = None
    ) -> str | None:
        _ = info.context.actor
        wallet = WalletId(id_of(wallet_id, "Wallet"))
        owner = await info.context.record(WalletOwner, wallet)
        if not _may_ask(info.context, owner):
            return None
        code = _currency(info.context, owner, currency)

        def prove(log: Prover) -> bytes | None:
            try:
                return log.balance_proof(wallet, code)
            except RuleBroken as broken:
                if broken.rule == "balance.currency":  # it is younger than the newest block
                    raise not_sealed(_WHAT) from None
                raise

        return sealed(info.context, prove, _WHAT).decode()


def _may_ask(context: Context, owner: WalletOwner | None) -> bool:
    """Whoever may see the wallet; that there is none concerns no member."""
    actor = context.actor
    if owner is not None:
        return may_see_wallet(context.coalition, actor, owner)
    return not isinstance(actor, MemberActor) and may_see_member(context.coalition, actor, "")


def _currency(context: Context, owner: WalletOwner | None, asked: str | None) -> CurrencyCode:
    """Raises BAD_USER_INPUT."""
    if owner is not None and asked not in (None, owner.currency):
        raise bad_input(f"The wallet is in {owner.currency}.")
    code = asked if owner is None else owner.currency
    if code is None:
        raise bad_input("There is no such wallet: to prove that, name the `currency`.")
    if code not in context.coalition.governance().currencies:
        raise bad_input(f"There is no currency {shown(code[:64])}.")
    return CurrencyCode(code)
