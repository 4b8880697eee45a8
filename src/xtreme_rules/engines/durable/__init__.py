"""The durable engine: conditions as a ruleset of durable_rules, an independent second opinion that remembers.

Each input of the conditions is a fact of the ruleset: a whole number that stands for a value, asserted when it becomes
known and retracted when it no longer is. What conditions say of inputs (comparisons, sums, memberships, Kleene's
logic, the count of booked weekends) is computed by the rules; what the vocabulary derives, by the vocabulary.
"""
