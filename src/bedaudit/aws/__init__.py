"""The only room that speaks to AWS.

A scan, from start to end::

    progress = Progress()                                          # bedaudit.aws.progress: counters to poll
    async with connect(settings, progress) as aws:                 # bedaudit.aws.connection
        found = await targets(aws)                                 # bedaudit.aws.targets
        visits = await preview(aws, found)                         # bedaudit.aws.entry: only to show them
        notices = await scan(aws, found, rules, on_record=write)   # bedaudit.aws.engine

`settings` is `bedaudit.aws.settings.Settings`. `connect` only reads configuration; the first call to AWS is made by
`targets`, and whatever is wrong with credentials, endpoint or organisation is a `TargetError` there. After that, what
cannot be read is a gap in a record, and only a bug, an error of `write` or a cancellation ends `scan` early. All of it
is used from one event loop. `bedaudit.aws.check.check` judges the parameters of a call offline.

The modules, from the wire upwards: `transport` sends one request; `gaps` says what an error means; `limits` and
`retry` keep within the documented rates; `client` joins these; `credentials` has the keys to accounts; `paging`,
`redact`, `memo` and `reader` are what kinds read with; `organization`, `targets`, `regions` and `entry` find the
sites; `site` reads one and `engine` all of them.
"""
