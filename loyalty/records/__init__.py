"""The records that a coalition keeps beside its ledger. Personal data stands here alone.

A store keeps each under the name of its class, so names are for good. By what they are about:

    partners     what is not on the ledger about partners and their programmes
    members      members, what others call them, what they let others do, whose a wallet is
    accounts     households and companies, and what each member spends of one
    gift_cards   value that was paid for, and its secret code
    orders       what came of orders: of a batch, of guests, of awards that several fund
    rewards      what members got or set aside for points, and how much of it is gone
    places       places of offers
    giving       what members gave each other of an allowance, and their teams
    referrals    who brought whom, and what that gave
    adjustments  points that operators give or take
    feedback     what members say of partners, and which of it is still open
"""
