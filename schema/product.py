"""The product's schema: every query and mutation, one file each, put together.

`python -m schema.product` writes it to `schema.graphql`, which stands in the repository.
"""

import logging
from copy import copy
from functools import cache
from pathlib import Path

from graphql import GraphQLError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from loyalty.ports import StoreUnavailable
from loyalty.throttling import Limiter
from schema import shapes
from schema.context import Context
from schema.direct import DirectSchema
from schema.leaving import UNAVAILABLE
from schema.mutations.add_partner_key import AddPartnerKey
from schema.mutations.adjust_points import AdjustPoints
from schema.mutations.approve_adjustment import ApproveAdjustment
from schema.mutations.assign_feedback import AssignFeedback
from schema.mutations.block_card import BlockCard
from schema.mutations.cancel_guest_order import CancelGuestOrder
from schema.mutations.capture_hold import CaptureHold
from schema.mutations.change_account_user import ChangeAccountUser
from schema.mutations.claim_gift_card import ClaimGiftCard
from schema.mutations.claim_guest_order import ClaimGuestOrder
from schema.mutations.classify_account import ClassifyAccount
from schema.mutations.confirm_transaction import ConfirmTransaction
from schema.mutations.create_currency import CreateCurrency
from schema.mutations.decline_adjustment import DeclineAdjustment
from schema.mutations.donate_points import DonatePoints
from schema.mutations.enrol_member import EnrolMember
from schema.mutations.erase_recognition_message import EraseRecognitionMessage
from schema.mutations.exchange_points import ExchangePoints
from schema.mutations.follow_up_feedback import FollowUpFeedback
from schema.mutations.forget_member import ForgetMember
from schema.mutations.give_back_place import GiveBackPlace
from schema.mutations.give_feedback import GiveFeedback
from schema.mutations.give_recognition import GiveRecognition
from schema.mutations.hold_reward import HoldReward
from schema.mutations.invite_to_account import InviteToAccount
from schema.mutations.issue_gift_card import IssueGiftCard
from schema.mutations.join_account import JoinAccount
from schema.mutations.leave_account import LeaveAccount
from schema.mutations.link_external_id import LinkExternalId
from schema.mutations.make_referral_code import MakeReferralCode
from schema.mutations.merge_members import MergeMembers
from schema.mutations.open_account import OpenAccount
from schema.mutations.pay_tier import PayTier
from schema.mutations.pay_with_gift_card import PayWithGiftCard
from schema.mutations.publish_programme import PublishProgramme
from schema.mutations.record_event import RecordEvent
from schema.mutations.record_guest_order import RecordGuestOrder
from schema.mutations.record_purchase import RecordPurchase
from schema.mutations.record_purchases import RecordPurchases
from schema.mutations.redeem_reward import RedeemReward
from schema.mutations.refund_redemption import RefundRedemption
from schema.mutations.register_endpoint import RegisterEndpoint
from schema.mutations.register_operator_key import RegisterOperatorKey
from schema.mutations.register_partner import RegisterPartner
from schema.mutations.remove_endpoint import RemoveEndpoint
from schema.mutations.replace_gift_card import ReplaceGiftCard
from schema.mutations.replay_event import ReplayEvent
from schema.mutations.reverse_transaction import ReverseTransaction
from schema.mutations.revoke_key import RevokeKey
from schema.mutations.rotate_endpoint_secret import RotateEndpointSecret
from schema.mutations.set_consent import SetConsent
from schema.mutations.set_profile import SetProfile
from schema.mutations.set_team import SetTeam
from schema.mutations.take_place import TakePlace
from schema.mutations.top_up_gift_card import TopUpGiftCard
from schema.mutations.transfer_points import TransferPoints
from schema.mutations.unlink_external_id import UnlinkExternalId
from schema.mutations.use_benefit import UseBenefit
from schema.mutations.use_referral_code import UseReferralCode
from schema.mutations.use_voucher import UseVoucher
from schema.mutations.void_hold import VoidHold
from schema.queries.account import AccountQuery
from schema.queries.adjustments_waiting import AdjustmentsWaitingQuery
from schema.queries.balance_proof import BalanceProofQuery
from schema.queries.blocks import BlocksQuery
from schema.queries.checkpoint import CheckpointQuery
from schema.queries.coalition import CoalitionQuery
from schema.queries.consistency_proof import ConsistencyProofQuery
from schema.queries.dead_letters import DeadLettersQuery
from schema.queries.dry_run import DryRunQuery
from schema.queries.endpoints import EndpointsQuery
from schema.queries.event import EventQuery
from schema.queries.feedback import FeedbackQuery
from schema.queries.gift_card import GiftCardQuery
from schema.queries.giving_allowance import GivingAllowanceQuery
from schema.queries.guest_order import GuestOrderQuery
from schema.queries.may_buy import MayBuyQuery
from schema.queries.member import MemberQuery
from schema.queries.member_by_external_id import MemberByExternalIdQuery
from schema.queries.node import NodeQuery
from schema.queries.partner import PartnerQuery
from schema.queries.preview_earn import PreviewEarnQuery
from schema.queries.programme import ProgrammeQuery
from schema.queries.programme_diff import ProgrammeDiffQuery
from schema.queries.receipt import ReceiptQuery
from schema.queries.statement import StatementQuery
from schema.queries.transaction import TransactionQuery
from schema.queries.wallet import WalletQuery
from schema.rate_limits import DEAR_ROWS, refusals_of
from schema.scalars import CONFIG
from schema.types.voucher import Voucher
from schema.weights import WEIGHTS

VALUES_OF_NOBODY = 1_000
BODY_OF_NOBODY_BYTES = 1 << 16
_log = logging.getLogger("tallystick.schema")

QUERIES = (
    CoalitionQuery,
    PartnerQuery,
    ProgrammeQuery,
    ProgrammeDiffQuery,
    PreviewEarnQuery,
    MayBuyQuery,
    StatementQuery,
    DryRunQuery,
    MemberQuery,
    MemberByExternalIdQuery,
    FeedbackQuery,
    GivingAllowanceQuery,
    GuestOrderQuery,
    AccountQuery,
    GiftCardQuery,
    WalletQuery,
    TransactionQuery,
    AdjustmentsWaitingQuery,
    NodeQuery,
    CheckpointQuery,
    BlocksQuery,
    ReceiptQuery,
    BalanceProofQuery,
    ConsistencyProofQuery,
    EndpointsQuery,
    EventQuery,
    DeadLettersQuery,
)
MUTATIONS = (
    RegisterPartner,
    RegisterOperatorKey,
    AddPartnerKey,
    RevokeKey,
    CreateCurrency,
    PublishProgramme,
    EnrolMember,
    SetProfile,
    SetConsent,
    ForgetMember,
    LinkExternalId,
    UnlinkExternalId,
    BlockCard,
    GiveFeedback,
    AssignFeedback,
    FollowUpFeedback,
    RecordPurchase,
    RecordPurchases,
    RecordEvent,
    DonatePoints,
    TakePlace,
    GiveBackPlace,
    RedeemReward,
    UseVoucher,
    ExchangePoints,
    RefundRedemption,
    AdjustPoints,
    ApproveAdjustment,
    DeclineAdjustment,
    TransferPoints,
    ReverseTransaction,
    ConfirmTransaction,
    HoldReward,
    CaptureHold,
    VoidHold,
    PayTier,
    UseBenefit,
    GiveRecognition,
    EraseRecognitionMessage,
    SetTeam,
    ChangeAccountUser,
    ClassifyAccount,
    MergeMembers,
    ClaimGiftCard,
    ReplaceGiftCard,
    PayWithGiftCard,
    TopUpGiftCard,
    IssueGiftCard,
    LeaveAccount,
    JoinAccount,
    InviteToAccount,
    OpenAccount,
    MakeReferralCode,
    UseReferralCode,
    RecordGuestOrder,
    ClaimGuestOrder,
    CancelGuestOrder,
    RegisterEndpoint,
    RotateEndpointSecret,
    RemoveEndpoint,
    ReplayEvent,
)


class ProductSchema(DirectSchema):
    """The schema whose clients are told when a request is worth sending again."""

    weights = WEIGHTS
    # Counts what each actor asks for that is a mutation or dear; None: nobody has to wait.
    limiter: Limiter | None = None

    def values_max(self, context: ExecutionContext) -> int:
        """Nobody is answered anything that takes an input."""
        asks: Context = context.context
        return VALUES_OF_NOBODY if asks.party is None else self.limits.values

    def body_max_bytes(self, context: object) -> int:
        """A document of `Limits` and nobody's values are far shorter."""
        nobody = isinstance(context, Context) and context.party is None
        return BODY_OF_NOBODY_BYTES if nobody else self.limits.body_bytes

    def refusals(self, context: ExecutionContext, rows: int) -> list[GraphQLError]:
        """Whoever nobody knows is told so by the fields themselves."""
        asks: Context = context.context
        if self.limiter is None or asks.party is None:
            return []
        if rows < DEAR_ROWS and context.operation_type is not OperationType.MUTATION:
            return []
        return refusals_of(self.limiter, asks.actor, rows)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        errors[:] = [
            _unavailable(error) if isinstance(error.original_error, StoreUnavailable) else error
            for error in errors
        ]
        super().process_errors(errors, execution_context)


def _unavailable(error: GraphQLError) -> GraphQLError:
    _log.warning("the store does not answer: %s", error.original_error)
    return GraphQLError(
        "The ledger's store does not answer: send the request again, with the same key.",
        error.nodes,
        path=error.path,
        extensions={"code": UNAVAILABLE, "retryable": True},
    )


def main() -> None:
    """Writes `schema.graphql` of the directory that it is called in."""
    Path("schema.graphql").write_text(product_schema().as_str() + "\n", encoding="utf-8")


def product_schema(*, introspection: bool = False, limiter: Limiter | None = None) -> ProductSchema:
    """A schema with its own cache of documents, over types that are made once in a process.

    introspection: answers questions about the schema itself, and suggests names in errors.
    limiter: of the mutations, and the dear queries, that an actor may ask for.
    """
    schema = copy(_unused())
    schema.introspection = introspection
    schema.limiter = limiter
    return schema


@cache
def _unused() -> ProductSchema:
    """To copy, with no documents yet: nothing runs on it."""
    return ProductSchema(
        query=shapes.merged("Query", QUERIES),
        mutation=shapes.merged("Mutation", MUTATIONS),
        types=[Voucher],
        config=CONFIG,
    )


if __name__ == "__main__":
    main()
