"""The tables every service has: its journal, and how far its relay, followers and leases have come."""
