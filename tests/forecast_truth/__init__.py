"""The forecast against a truth of its own: an independent reference, a simulated company and its oracle, a real log.

Each way in which a forecast goes wrong, and the test that feeds it. `doubts` is test_proof_doubts.py of
tests/dbt/forecast, `bad` is test_bad_input.py; both are slow.

| what goes wrong | test |
| --- | --- |
| today's close date is read into the past | doubts: test_todays_close_date_in_the_past_proves_nothing |
| only closed deals are learned from | doubts: test_only_closed_deals_prove_nothing |
| losses are never recorded | doubts: test_losses_that_nobody_records_are_told |
| what came later is looked at | test_warehouse.py: test_f2_what_was_forecast_then_is_forecast_of_then |
| too few wins | test_acceptance.py: test_f11_thirty_wins_are_enough |
| stages tell nothing | test_reference.py: test_one_stage_is_assumed_where_stages_tell_nothing |
| a baseline is better | doubts: test_a_baseline_that_wins_is_named |
| no closed deals | doubts: test_no_closed_deals_no_verdict |
| no deals at all | doubts: test_a_company_without_deals_has_no_scorecard_and_no_failure |
| all close dates are past | doubts: test_close_dates_that_all_lie_behind_promise_nothing |
| amounts are missing | doubts: test_amounts_that_nobody_entered_count_as_nothing |
| amounts are absurd or negative | doubts: test_absurd_amounts_stop_no_night |
| these three and a dominant deal at once | bad: test_what_weakens_the_figures_is_said |
| one deal is half the book | doubts: test_one_deal_of_half_the_book_proves_nothing |
| a stage has no exits | bad: test_a_stage_without_exits_promises_little_and_nothing_impossible |
| a pipeline began this week | bad: test_a_pipeline_that_began_this_week_… |
| owners changed teams | unit tests of int_forecast_sightings (open deals) and int_forecast_bookings (won ones) |
| there is no forecast to tell | tests/orchestration/test_forecast.py: test_without_history_no_forecast_is_claimed |
"""
