"""What tests ask of each mutation's result, and what each is signed as."""

TRANSACTION = """{ id kind at rule of { id } entryHash by { party key signature asked }
    postings { account currency amount } lots { wallet expires issuer change }
    chains { wallet seq available arrears } }"""
GIFT_CARD = "giftCard { id programmeId currency balance blocked claimed }"
ACCOUNT = """account { id name kind wallet { id available }
    users { memberId isOwner joined pointsPerMonth spentThisMonth } }"""
ADJUSTMENT = """{ id points reason sponsorId askedBy status decidedBy declinedBecause waitsUntil
    subject asked input transaction { id kind by { party } approved { party } } }"""
ENDPOINT = "{ id url types registeredAt disabledAt publicKeys }"
KEY = "key { party verifierKey since until }"
RESULTS = {
    "registerPartner": "partner { id partnerId name keys }",
    "registerOperatorKey": "operator { operatorId keys }",
    "addPartnerKey": f"partner {{ partnerId keys }} {KEY}",
    "revokeKey": KEY,
    "createCurrency": "currency { code owner decimals }",
    "publishProgramme": "programme { id name version currency digest document }",
    "enrolMember": "member { id displayName enrolledAt wallets { currency available } }",
    "setProfile": "member { id displayName born jurisdiction }",
    "setConsent": "member { id consents { purpose given at by source } }",
    "recordPurchases": f"""results {{ reference points transactions {TRANSACTION}
        userErrors {{ code field message }} }}""",
    "giveFeedback": "feedback { id partnerId score text givenAt by }",
    "assignFeedback": "feedback { id assignedTo assignedAt }",
    "followUpFeedback": "feedback { id followedUpAt followedUpBy note }",
    "forgetMember": "member { id displayName born forgottenAt }",
    "linkExternalId": "member { id externalIds { system id partnerId linkedAt } }",
    "unlinkExternalId": "member { id externalIds { system id partnerId linkedAt } }",
    "blockCard": "member { id externalIds { system id partnerId linkedAt } }",
    "recordPurchase": f"points transactions {TRANSACTION}",
    "recordEvent": f"points transactions {TRANSACTION}",
    "takePlace": "place { id offerId partnerId takenAt givenBackAt }",
    "giveBackPlace": "place { id givenBackAt }",
    "donatePoints": f"owed {{ minor currency }} transaction {TRANSACTION}",
    "redeemReward": "voucher { id rewardId name partnerId issuedAt usedAt } transaction "
    + TRANSACTION,
    "useVoucher": "voucher { id partnerId usedAt }",
    "exchangePoints": f"received transaction {TRANSACTION}",
    "refundRedemption": f"voucher {{ id usedAt voidAt }} transaction {TRANSACTION}",
    "adjustPoints": f"transaction {TRANSACTION} adjustment {ADJUSTMENT}",
    "approveAdjustment": f"adjustment {ADJUSTMENT}",
    "declineAdjustment": f"adjustment {ADJUSTMENT}",
    "transferPoints": f"transaction {TRANSACTION}",
    "reverseTransaction": f"transaction {TRANSACTION}",
    "confirmTransaction": f"transaction {TRANSACTION}",
    "holdReward": f"transaction {TRANSACTION}",
    "captureHold": f"transaction {TRANSACTION}",
    "payTier": "standing { tier { tierId name benefits { benefitId partnerId } } segments }",
    "useBenefit": "usedAt payable",
    "voidHold": f"transaction {TRANSACTION}",
    "giveRecognition": "recognition { id points givenAt message giverName receiverName }",
    "eraseRecognitionMessage": "recognition { id message }",
    "setTeam": "team",
    "issueGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "topUpGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "payWithGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "replaceGiftCard": f"{GIFT_CARD} transaction {TRANSACTION}",
    "claimGiftCard": GIFT_CARD,
    "mergeMembers": f"member {{ id }} transactions {TRANSACTION}",
    "openAccount": ACCOUNT,
    "inviteToAccount": ACCOUNT,
    "joinAccount": ACCOUNT,
    "leaveAccount": ACCOUNT,
    "changeAccountUser": ACCOUNT,
    "classifyAccount": ACCOUNT,
    "makeReferralCode": "code",
    "useReferralCode": "usedAt",
    "recordGuestOrder": "claimableUntil",
    "claimGuestOrder": f"points transactions {TRANSACTION}",
    "cancelGuestOrder": "cancelledAt",
    "registerEndpoint": f"endpoint {ENDPOINT}",
    "rotateEndpointSecret": f"endpoint {ENDPOINT}",
    "removeEndpoint": "removedId",
    "replayEvent": "eventId",
}
# What a purchase was decided by: not said again where a request is answered again.
DECISIONS = """explanation { programme { programmeId } currency points expires
    rules { ruleId points code message } }"""
EXPLAINED = {
    **RESULTS,
    "recordPurchase": f"{RESULTS['recordPurchase']} {DECISIONS}",
    "recordEvent": f"{RESULTS['recordEvent']} {DECISIONS}",
    "issueGiftCard": f"{RESULTS['issueGiftCard']} code",
    "replaceGiftCard": f"{RESULTS['replaceGiftCard']} code",
}
# What a partner signs each of them as.
OPERATIONS = {
    "recordPurchase": "earn",
    "recordGuestOrder": "earn",
    "recordEvent": "earn",
    "issueGiftCard": "earn",
    "topUpGiftCard": "earn",
    "mergeMembers": "transfer",
    "payWithGiftCard": "redeem",
    "replaceGiftCard": "transfer",
    "redeemReward": "redeem",
    "refundRedemption": "refund",
    "adjustPoints": "adjust",
    "reverseTransaction": "reverse",
    "confirmTransaction": "confirm",
    "holdReward": "hold",
    "captureHold": "capture",
    "voidHold": "void",
}
ERRORS = "userErrors { code field message }"
