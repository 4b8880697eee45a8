"""The ledger: decides a weekend and books it in one transaction, and keeps a record of every decision."""
