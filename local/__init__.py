"""Development on one machine, and the `tallystick` command, an auditor's commands included.

    cli             the command's arguments
    log_commands    those of the commands for a published log
    programme_commands  those of `tallystick programme`
    programme_files  its files: checked, compared, tried on past orders
    programme_runs  and run, with shops that sell
    key_commands    those of `tallystick keys`
    own_keys        the coalition's own keys, in KMS and in the table that a function uses
    demo            `tallystick demo` and `tallystick serve`
    coalition       the demo coalition, founded through its own API
    journey         a year of published baskets as events in time
    replay          the events, sent by tills and apps
    client          a client of the API, to copy from
    verification    the table read back and verified, row by row
    sealing         the sealer, awake by itself, and a witness
    clockwork       the clock, in turns or by itself
    delivering      events, sent by themselves
    stream          what rings for both
    published       the published log audited and verified, as the demo ends
    exporting       `tallystick log export`
    auditing        `tallystick audit`
    verifying       `tallystick verify`
    log_source      a log to read, in a folder or at a URL
    figures         what the demo tells
    access          tokens, and something to paste
    signing         `tallystick sign`
    founding        `tallystick found`: a coalition that was deployed
    deployed        its region, and what AWS says no to
    keys            development keys, which everyone can make, and the issuer of tokens
    issuing         that issuer at an address, for an API in another process
    clock           a clock that can be set
    serving         the API on 127.0.0.1
    aws             DynamoDB and S3 in this process
    moto_dynamodb   moto's DynamoDB, corrected where it differs from AWS
    moto_s3         moto's S3, likewise
    problems        what a user can mend

Nothing that is deployed imports it.
"""
