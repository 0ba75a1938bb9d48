"""Pictures made by code, with known truth: drawn people in drawn places, dated and located."""
