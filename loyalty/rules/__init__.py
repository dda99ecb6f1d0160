"""Earn rules: data that says what a purchase or another event gives, and why it gives nothing.

    orders       what a rule looks at: a purchase, its lines, where and how it was paid
    zones        time zones, and the local time of a moment
    conditions/  what must hold of it, one module each; `KINDS` names them all
    guards       what else must hold, as an expression in CEL
    effects/     what a rule then gives, one module each; `KINDS` names them all
    triggers     what a rule may be for: a purchase, or another event
    deciding     from rules and an order to points, with a reason for every rule
    windows      over which days something is counted
    measures     what a programme counts
    counts       sums by day, to which an order adds its part
    counting     what is remembered, before an order and after it
    caps         how many points a rule gives a member in a while
    tiers        what a member has reached by what is counted, or paid for
    benefits     what a tier gives beside points
    segments     members who have something in common, as it is counted
    giving       what members may give each other
    referral     what a member and its friend get for the friend's first order
    checking     that a programme names only what it has

A new kind of condition or effect is one module and its name in `KINDS`; nothing else knows them.
All of it is pure, in integers and exact fractions.
"""
