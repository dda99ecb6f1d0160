"""Development on one machine, and the `tallystick` command.

    cli             the command's arguments
    demo            `tallystick demo` and `tallystick serve`
    coalition       the demo coalition, founded through its own API
    journey         a year of published baskets as events in time
    replay          the events, sent by tills and apps
    client          a client of the API, to copy from
    verification    the table read back and verified, row by row
    figures         what the demo tells
    access          tokens, and something to paste
    signing         `tallystick sign`
    keys            development keys, which everyone can make, and tokens
    clock           a clock that can be set
    serving         the API on 127.0.0.1
    aws             DynamoDB in this process
    moto_dynamodb   moto's DynamoDB, corrected where it differs from AWS
    problems        what a user can mend

Nothing that is deployed imports it.
"""
