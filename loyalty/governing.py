"""Who takes part: founding a coalition, registering partners, currencies and programmes.

Each writes governance entries (`loyalty.governance_drafts`), which are tried on a copy of what is
in force before anything is committed.
"""

from ledger.errors import RuleBroken, shown
from ledger.governance import Governance
from ledger.names import CurrencyCode, PartnerId, is_currency, transaction_id
from ledger.notes import VerifierKey
from loyalty.actors import Actor, PartnerActor, Role, System
from loyalty.authority import require_operator
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.exchanges import check_exchange
from loyalty.governance_drafts import (
    DESK,
    GovernanceDraft,
    PartnerSignature,
    refused_entry,
)
from loyalty.ports import Outcome, RecordPut, TransactionRow
from loyalty.programmes import Programme, read_programme
from loyalty.records.partners import Partner, ProgrammeText
from loyalty.refusals import Code, Refused
from loyalty.texts import check_id, check_text

DECIMALS_MAX = 6


def found(coalition: Coalition, log_key: VerifierKey, request: str = "genesis") -> bool:
    """Writes the genesis entry if the ledger has none. Returns whether it did."""
    if coalition.written().seq:
        return False
    draft = GovernanceDraft(coalition)
    draft.add(
        "genesis",
        origin=coalition.origin,
        log_key=str(log_key),
        entry_key=str(coalition.entry_signer.verifier),
    )
    row = TransactionRow(transaction_id(DESK, request), None, None)
    return coalition.store.commit(draft.commit(row)) is Outcome.DONE


def register_partner(
    coalition: Coalition,
    request: Request,
    partner: str,
    name: str,
    vkey: str,
    proof: str,
) -> Answer:
    """A brand joins, with the key that will sign its instructions. Operators only.

    vkey: its verifier key; proof: b64 of that key's signature over
    `ledger.instructions.registration`.
    """
    require_operator(request.actor)
    check_id(partner, "partnerId")
    check_text(name, 120, "name")

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        try:
            if draft.state.joined(partner, draft.at):
                raise Refused(Code.ALREADY_EXISTS, f"{partner} has joined already", "partnerId")
            party = f"partner:{partner}"
            # Whoever held the id before holds it no more.
            earlier_keys = draft.state.keys_of(party, draft.at)
            if earlier_keys:
                draft.end()
            for earlier in earlier_keys:
                draft.add("key", party=party, vkey=earlier, status="revoked")
            draft.add("partner", partner=partner, status="joined")
            draft.add("key", party=party, vkey=vkey, status="added", proof=proof)
        except RuleBroken as broken:
            raise refused_entry(broken, "verifierKey") from None
        # One that left before is found.
        found = coalition.store.record(Partner, partner)
        version = 0 if found is None else found.version
        return draft.plan(Answer(record=partner), RecordPut(partner, Partner(name=name), version))

    return carry_out(coalition, request, decide, operators={Role.ADMIN})


def create_currency(
    coalition: Coalition,
    request: Request,
    code: str,
    decimals: int,
    owner: PartnerSignature | None,
) -> Answer:
    """A points currency begins: the coalition's, or with that partner's signature its own."""
    require_operator(request.actor)
    if not is_currency(code):
        raise Refused(
            Code.INVALID_INPUT, f"2 to 12 of A to Z and 0 to 9, not {shown(code[:64])}", "code"
        )
    if not 0 <= decimals <= DECIMALS_MAX:
        raise Refused(Code.INVALID_INPUT, f"0 to {DECIMALS_MAX}, not {decimals}", "decimals")
    if owner is not None:
        check_id(owner.partner, "owner")

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        if owner is not None and not draft.state.joined(owner.partner, draft.at):
            raise Refused(Code.NOT_FOUND, f"there is no partner {owner.partner}", "owner")
        if code in draft.state.currencies:
            raise Refused(Code.ALREADY_EXISTS, f"there is a currency {code} already", "code")
        try:
            draft.add(
                "currency",
                None if owner is None else [owner],
                currency=code,
                owner="coalition" if owner is None else f"partner:{owner.partner}",
                decimals=decimals,
            )
        except RuleBroken as broken:
            raise refused_entry(broken, "signature") from None
        return draft.plan(Answer(record=code))

    return carry_out(coalition, request, decide, operators={Role.ADMIN})


def publish_programme(
    coalition: Coalition, request: Request, document: object, signed: list[PartnerSignature]
) -> Answer:
    """A programme version comes in force, signed by every partner that it binds.

    An operator publishes, or a partner for points of its own. record: its digest.
    """
    version = read_programme(document)
    rule, text, programme = version.rule, version.text, version.programme

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        _check_publisher(request.actor, draft.state, programme)
        if rule in draft.state.versions:
            raise Refused(Code.ALREADY_EXISTS, "this version is published already", "document")
        bound = programme.partners() | _check_currency(draft.state, programme)
        bound |= check_exchange(coalition, draft.state, programme)
        missing = bound - {row.partner for row in signed}
        if missing:
            raise Refused(
                Code.SIGNATURE_REQUIRED,
                f"it binds {', '.join(sorted(missing))}, who must sign its digest {rule}",
                "signatures",
            )
        try:
            draft.add("programme", signed, id=programme.id, version=programme.version, digest=rule)
        except RuleBroken as broken:
            raise refused_entry(broken, "signatures") from None
        return draft.plan(Answer(record=rule), RecordPut(rule, ProgrammeText(document=text)))

    return carry_out(coalition, request, decide, operators={Role.MANAGER})


def _check_publisher(actor: Actor | System, state: Governance, programme: Programme) -> None:
    """Raises Refused unless an operator asks, or a partner for points of its own.

    A partner's programme binds it alone and replaces none that binds others: it could end what they
    agreed on, or sell its goods, or exchange its points, for points that others have to honour.
    """
    if not isinstance(actor, PartnerActor):
        require_operator(actor)
        return
    term = state.currencies.get(programme.points_currency)
    replaced = state.latest.get(("programme", programme.id))
    bound = programme.partners() | (state.versions[replaced].signed if replaced else frozenset())
    into = (state.currencies.get(CurrencyCode(rate.to)) for rate in programme.exchange)
    foreign = any(each is None or each.owner != actor.party for each in into)
    if term is None or term.owner != actor.party or bound != {PartnerId(actor.id)} or foreign:
        raise Refused(
            Code.NOT_PERMITTED,
            "a partner publishes programmes of its own currency that bind it alone",
            "document",
        )


def _check_currency(state: Governance, programme: Programme) -> frozenset[str]:
    """Every partner at whom points are earned can issue the currency. Returns its owner, if any."""
    term = state.currencies.get(programme.points_currency)
    if term is None:
        raise Refused(
            Code.NOT_FOUND, f"there is no currency {programme.currency}", "document", "currency"
        )
    for place, partner in programme.issuers():
        if term.owner not in ("coalition", f"partner:{partner}"):
            raise Refused(
                Code.NOT_ELIGIBLE,
                f"{programme.currency} is {term.owner}'s own: {partner} cannot issue it",
                *("document", *place),
            )
    return frozenset() if term.owner == "coalition" else frozenset({term.owner[len("partner:") :]})
