"""What a coalition does: who may ask for what, what it comes to, and what of it is committed.

Use cases reach the outside through ports alone. The modules, from the ground up:

    actors       who asks: an operator, a partner, a member
    throttling   how much a party may ask in a minute
    refusals     why a request is refused, by a code that clients branch on
    texts        bounds on what people and their systems write
    ports        what use cases need of the outside; `Store.commit` alone changes anything
    records/     what is kept beside the ledger; personal data stands here alone
    coalition    the coalition that a use case acts for, and its governance as last read
    committing   one request, one effect: deciding again, answering again
    authority    whose word an entry rests on
    writing      an effect becomes a signed entry, and the rows that keep it
    wallet_sizes how large a wallet's row may become
    combining    two wallets become one
    codes        secrets that people type: drawn, and read as they are typed
    moved_wallets what goes back to a transaction of a wallet that was closed or is set aside
    set_aside    a member's own wallet while it shares an account's, and what it brought there
    spending     whose points a member spends, and how many it may
    owners       who may see a wallet or an account
    events       what members, tills and CRMs are told of, read out of requests' rows
    webhooks/    events go to endpoints, signed, and again until they are taken
    rules/       earn rules: what a purchase gives, and why it gives nothing
    expiry       how long points last
    goodwill     how many points operators may give or take
    account_rules  who opens shared wallets, and what their users may spend
    gift_card_rules  who sells gift cards, where they pay, how much is on them
    rates        what points are worth in another currency
    birthdays    when a birthday is near
    prices       what a point is worth in money
    causes       good causes that members can give points to
    funding      who issues the points of a rule
    offers       who may have something from when on
    programmes   a programme version: read strictly, and what it gives
    vouchers     vouchers as records
    stock        rewards that come back: their places are free again
    tallies      what programmes remember of a wallet's orders, in its row
    standing     where a member stands in a programme: tier, segments, badges
    awarding     from something that a member did to its points
    differences  what differs between two documents
    versions_compared  what another version changes for members, in plain words
    faults       what is wrong with a document, and what would be right
    doubts       what a programme says but hardly means
    dry_runs     what a version would have given for past orders

and the use cases:

    governing    founding, partners, currencies, publishing programmes
    members      enrolling members, and their wallets
    consents     what a member lets others do: write to it, make a profile of it
    external_ids what a CRM or a card calls a member
    open_feedback  which feedbacks wait for an answer, counted and listed
    feedback     what members say of partners, and who followed it up
    forgetting   what is known of a member goes, its points stay
    profiles     what a member is called, when it was born, where it lives
    gift_cards   value is paid for, and pays
    gift_card_codes  the secret of a card, and how often it was guessed wrong
    merging      two members become one
    accounts     households and companies: members share a wallet
    purchases    what was bought earns points
    batches      a till's offline orders, each taken once by its receipt
    occurrences  what else than a purchase earns
    handing      vouchers that rules hand out
    birthday_rewards  one birthday reward a year
    statements   what a partner is billed for the points that it issued
    places       who may have an offer now, and its places
    validity     where, when and by whom a voucher can be used
    donations    points are given to a good cause
    holds        points are set aside for a reward to come, then spent or given back
    rewards      points become a voucher, a voucher is used once
    tiers        a tier is paid for, a benefit of one is taken
    transfers    points go to another member
    referrals    a member brings a friend
    referral_orders  what the friend's first order gives both
    referral_returns  and takes back when it comes back
    guests       orders without a member, until one claims them
    giving       members give each other points of an allowance
    reversals    goods come back, and the points that they earned
    confirmations  points of a purchase that wait become available
    governance_drafts  governance entries, tried before they are signed
    operator_keys  an operator's own key
    partner_keys   a partner's further key
    own_keys       the coalition's own: entry keys and log keys
    revoking       a key ends
    exchanges    points become those of another currency; no round of rates gains
    refunds      a redemption comes back, and its voucher is void
    adjusting    one adjustment: by what it is allowed, and its entry
    approvals    what waits for a second operator
    adjustments  operators give or take points; past a limit a second one approves
    clock/       what a coalition does by itself as days go by
"""
