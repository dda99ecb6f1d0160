"""Earn rules: data that says what a purchase or another event gives, and why it gives nothing.

    orders       what a rule looks at: a purchase, its lines, where and how it was paid
    zones        time zones, and the local time of a moment
    conditions/  what must hold of it, one module each; `KINDS` names them all
    guards       what else must hold, as an expression in CEL
    effects/     what a rule then gives, one module each; `KINDS` names them all
    triggers     what a rule may be for: a purchase, or another event
    deciding     from rules and an order to points, with a reason for every rule

A new kind of condition or effect is one module and its name in `KINDS`; nothing else knows them.
All of it is pure, in integers and exact fractions.
"""
