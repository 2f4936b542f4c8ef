"""The light side: profile, decision, plan, comparison, report, and the two front ends."""
