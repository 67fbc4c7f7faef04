"""What stands on each dashboard: promises, events under way, duties and refusals, the log, requests."""

from dashboards import WHERE, Dashboard, Panel, Query, Row, quantile, rate

LAG = "max by (service, follower, source) (gongkai_follower_lag_events{" + WHERE + "})"
UNNAMED = 'code=~"SIGN_IN_NEEDED|NOT_FOUND|TOKEN_.+"'
PROCESS = "{{service}} {{instance}}"
READ_BY = "{{service}} · {{follower}} ← {{source}}"

PROMISES = Dashboard(
    "gongkai-promises",
    "Gongkai · the promises",
    "A row for each promise the platform makes; red lines are where alerts begin.",
    (
        Row(
            "Accepted is durable",
            (
                Panel(
                    "Append, p99",
                    (Query(f"service:gongkai_journal_append_seconds:p99_5m{{{WHERE}}}"),),
                    "s",
                    "From queue to durable.",
                    worse_above=0.25,
                ),
                Panel(
                    "Commands that end in a fault",
                    (Query(f"service:gongkai_commands_failed:ratio_5m{{{WHERE}}}"),),
                    "percentunit",
                    worse_above=0.02,
                ),
                Panel(
                    "Appends turned away",
                    (Query(rate("gongkai_journal_failures_total", "service, reason"), "{{service}} · {{reason}}"),),
                    "ops",
                ),
            ),
        ),
        Row(
            "Once",
            (
                Panel(
                    "Commands by how they ended",
                    (Query(rate("gongkai_commands_total", "outcome"), "{{outcome}}"),),
                    "ops",
                    "`repeated` is the same key again: answered, not done again.",
                ),
                Panel(
                    "Conflicts per command",
                    (Query(f"service:gongkai_journal_conflicts:ratio_10m{{{WHERE}}}"),),
                    "percentunit",
                    worse_above=0.2,
                ),
            ),
        ),
        Row(
            "Nothing skipped, nothing reordered",
            (
                Panel(
                    "Oldest event not in the log",
                    (Query(f"max by (service) (gongkai_relay_lag_seconds{{{WHERE}}})"),),
                    "s",
                    worse_above=60,
                ),
                Panel("Events views have yet to see", (Query(LAG, READ_BY),), worse_above=1000),
                Panel(
                    "Sources that stand at a gap",
                    (Query(f"sum(gongkai_follower_gapped{{{WHERE}}})", "gaps"),),
                    kind="stat",
                    worse_above=1,
                ),
            ),
        ),
        Row(
            "State is only what the events say",
            (
                Panel(
                    "Streams set aside",
                    (
                        Query(
                            f"max by (service, follower) (gongkai_parked_streams{{{WHERE}}})",
                            "{{service}} · {{follower}}",
                        ),
                    ),
                    worse_above=1,
                ),
                Panel("Batches tried again", (Query(rate("gongkai_follow_failures_total")),), "ops"),
            ),
        ),
        Row(
            "Fail closed",
            (
                Panel(
                    "How old the register is, in events",
                    (
                        Query(
                            f'max by (service) (gongkai_follower_lag_events{{follower="register",{WHERE}}})',
                        ),
                    ),
                    says="Powers are judged by the register as far as it is known.",
                    worse_above=1,
                ),
                Panel(
                    "Refused before any rule was asked",
                    (
                        Query(
                            rate(
                                "gongkai_refusals_total", "code", f'code=~"SIGN_IN_NEEDED|NOT_FOUND|TOKEN_.+",{WHERE}'
                            ),
                            "{{code}}",
                        ),
                    ),
                    "ops",
                ),
            ),
        ),
        Row(
            "Provable",
            (
                Panel(
                    "Age of the checkpoint",
                    (Query("max(gongkai_tlog_checkpoint_age_seconds)", "age"),),
                    "s",
                    worse_above=180,
                ),
                Panel(
                    "Signing refused, forks shown",
                    (
                        Query("max(gongkai_tlog_refused)", "refused to sign"),
                        Query("sum(gongkai_witness_forks_total)", "second histories"),
                    ),
                    kind="stat",
                    worse_above=1,
                ),
            ),
        ),
        Row(
            "A refusal has a name",
            (
                Panel(
                    "Refusals by code",
                    (Query("topk(10, sum by (code) (service_code:gongkai_refusals:rate_5m))", "{{code}}"),),
                    "ops",
                ),
            ),
        ),
    ),
)

FLOW = Dashboard(
    "gongkai-flow",
    "Gongkai · events under way",
    "From journals over relays and the log to views and reactions.",
    (
        Row(
            "Journals",
            (
                Panel("Events appended", (Query(rate("gongkai_journal_events_total")),), "ops"),
                Panel("Appends in one commit, p50", (Query(quantile(0.5, "gongkai_journal_batch_appends")),)),
                Panel(
                    "Where an append waits, p99",
                    (
                        Query(quantile(0.99, "gongkai_journal_lock_seconds"), "{{service}} · lock"),
                        Query(quantile(0.99, "gongkai_journal_commit_seconds"), "{{service}} · commit"),
                    ),
                    "s",
                ),
                Panel("Waiting for the writer", (Query(f"gongkai_journal_queue{{{WHERE}}}"),), worse_above=500),
            ),
        ),
        Row(
            "Relays",
            (
                Panel(
                    "Events not in the log",
                    (Query(f"max by (service) (gongkai_relay_lag_events{{{WHERE}}})"),),
                    worse_above=5000,
                ),
                Panel("Events put into the log", (Query(rate("gongkai_relay_sent_total")),), "ops"),
                Panel("Sends that failed", (Query(rate("gongkai_relay_failures_total")),), "ops"),
                Panel(
                    "The log can be asked",
                    (Query(f"min by (service) (gongkai_log_reachable{{{WHERE}}})"),),
                    kind="stat",
                    worse_below=1,
                ),
            ),
        ),
        Row(
            "Leases",
            (
                Panel(
                    "Held by somebody",
                    (Query(f"max by (service, lease) (gongkai_lease_held{{{WHERE}}})", "{{service}} · {{lease}}"),),
                    worse_below=1,
                ),
                Panel(
                    "Changes of hands",
                    (
                        Query(
                            f"max by (service, lease) (delta(gongkai_lease_epoch{{{WHERE}}}[15m]))",
                            "{{service}} · {{lease}}",
                        ),
                    ),
                    worse_above=3,
                ),
            ),
        ),
        Row(
            "Views and reactions",
            (
                Panel("Events behind", (Query(LAG, READ_BY),), worse_above=1000),
                Panel(
                    "Events applied",
                    (Query(rate("gongkai_follower_applied_total", "service, follower"), "{{service}} · {{follower}}"),),
                    "ops",
                ),
                Panel("Dropped as known", (Query(rate("gongkai_follower_duplicates_total")),), "ops"),
            ),
        ),
        Row(
            "What waits",
            (
                Panel(
                    "Streams set aside",
                    (
                        Query(
                            f"max by (service, follower) (gongkai_parked_streams{{{WHERE}}})",
                            "{{service}} · {{follower}}",
                        ),
                    ),
                    worse_above=1,
                ),
                Panel(
                    "Reactions refused",
                    (Query(rate("gongkai_reaction_refusals_total", "by, code"), "{{by}} · {{code}}"),),
                    "ops",
                ),
                Panel(
                    "Tickers that failed",
                    (Query(rate("gongkai_ticker_failures_total", "service, ticker"), "{{service}} · {{ticker}}"),),
                    "ops",
                ),
            ),
        ),
    ),
)

DUTIES = Dashboard(
    "gongkai-duties",
    "Gongkai · duties and refusals",
    "What the county is owed, and what the rules refuse.",
    (
        Row(
            "Duties",
            (
                Panel(
                    "Overdue, by town",
                    (Query("max by (town) (gongkai_obligations_overdue)", "{{town}}"),),
                    worse_above=1,
                ),
                Panel(
                    "Planned releases missed, by town",
                    (Query("max by (town) (gongkai_releases_missed)", "{{town}}"),),
                    worse_above=1,
                ),
            ),
        ),
        Row(
            "Refusals",
            (
                Panel(
                    "By code",
                    (Query(rate("gongkai_refusals_total", "code"), "{{code}}"),),
                    "ops",
                    "docs/refusals.md explains each.",
                ),
                Panel("By service", (Query(rate("gongkai_refusals_total")),), "ops"),
            ),
        ),
    ),
)

LOG = Dashboard(
    "gongkai-log",
    "Gongkai · the transparency log",
    "What is published, what waits, and what the witnesses say.",
    (
        Row(
            "The log",
            (
                Panel("Entries published", (Query("max(gongkai_tlog_size)", "entries"),)),
                Panel("Recorded, not yet published", (Query("max(gongkai_tlog_unlogged_entries)", "entries"),)),
                Panel(
                    "Age of the checkpoint",
                    (Query("max(gongkai_tlog_checkpoint_age_seconds)", "age"),),
                    "s",
                    worse_above=180,
                ),
            ),
        ),
        Row(
            "Witnesses",
            (
                Panel("Cosignatures", (Query("max(gongkai_tlog_cosignatures)", "cosignatures"),)),
                Panel(
                    "Did not cosign",
                    (
                        Query(
                            "sum by (witness, reason) (rate(gongkai_tlog_witness_failures_total[5m]))",
                            "{{witness}} · {{reason}}",
                        ),
                    ),
                    "ops",
                ),
                Panel(
                    "Held back for want of witnesses",
                    (Query("sum(increase(gongkai_tlog_quorum_missed_total[15m]))", "checkpoints"),),
                    worse_above=1,
                ),
            ),
        ),
        Row(
            "What witnesses refuse",
            (
                Panel(
                    "Refused",
                    (Query(rate("gongkai_witness_refusals_total", "service, status"), "{{service}} · {{status}}"),),
                    "ops",
                ),
                Panel(
                    "Second histories",
                    (Query("sum by (service) (gongkai_witness_forks_total)"),),
                    kind="stat",
                    worse_above=1,
                ),
            ),
        ),
    ),
)

HTTP = Dashboard(
    "gongkai-http",
    "Gongkai · requests and what they stand on",
    "What people wait for, and disks, clocks and processes beneath it.",
    (
        Row(
            "Requests",
            (
                Panel("Per second", (Query(rate("gongkai_http_request_seconds_count")),), "reqps"),
                Panel(
                    "p99",
                    (Query(f"service:gongkai_http_request_seconds:p99_5m{{{WHERE}}}"),),
                    "s",
                    worse_above=2,
                ),
                Panel(
                    "Ended with 5xx",
                    (Query(f"service:gongkai_http_errors:ratio_5m{{{WHERE}}}"),),
                    "percentunit",
                    worse_above=0.01,
                ),
            ),
        ),
        Row(
            "By route",
            (
                Panel(
                    "Slowest, p99",
                    (
                        Query(
                            f"topk(10, {quantile(0.99, 'gongkai_http_request_seconds', 'service, method, route')})",
                            "{{service}} · {{method}} {{route}}",
                        ),
                    ),
                    "s",
                ),
                Panel(
                    "Gave up waiting for what was done",
                    (Query(f"sum by (service) (increase(gongkai_wait_for_timeouts_total{{{WHERE}}}[10m]))"),),
                    worse_above=10,
                ),
            ),
        ),
        Row(
            "What it stands on",
            (
                Panel("Ready", (Query(f"min by (service) (gongkai_ready{{{WHERE}}})"),), kind="stat", worse_below=1),
                Panel(
                    "Noted",
                    (Query(f"max by (service, what) (gongkai_trouble{{{WHERE}}})", "{{service}} · {{what}}"),),
                    worse_above=1,
                ),
                Panel(
                    "Free on the disk",
                    (Query(f"service:gongkai_disk_free:ratio{{{WHERE}}}", "{{service}} · {{place}}"),),
                    "percentunit",
                    worse_below=0.1,
                ),
                Panel(
                    "Age of the newest backup",
                    (Query("min by (kind) (gongkai_backup_age_seconds)", "{{kind}}"),),
                    "s",
                    worse_above=26 * 3600,
                ),
                Panel(
                    "Database's clock ahead",
                    (Query(f"max by (service) (abs(gongkai_clock_database_skew_seconds{{{WHERE}}}))"),),
                    "s",
                    worse_above=2,
                ),
            ),
        ),
        Row(
            "Processes",
            (
                Panel("Memory", (Query(f"process_resident_memory_bytes{{{WHERE}}}", PROCESS),), "bytes"),
                Panel(
                    "Processors",
                    (Query(f"rate(process_cpu_seconds_total{{{WHERE}}}[5m])", PROCESS),),
                ),
                Panel("Open files", (Query(f"process_open_fds{{{WHERE}}}", PROCESS),)),
            ),
        ),
    ),
)

DASHBOARDS = (PROMISES, FLOW, DUTIES, LOG, HTTP)
