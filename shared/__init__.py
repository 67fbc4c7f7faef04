"""What every service stands on and none owns: events, deciders, the journal, the log, followers, time, identity.

Start at ``events`` (what a fact is), then ``decider`` (how a rule is written), then ``service`` (how the parts meet).
"""
