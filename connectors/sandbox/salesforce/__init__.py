"""Salesforce's face of the sandbox: REST, SOQL and Bulk API 2.0, as documented and recorded.

`server` starts it, `app` routes, `query`, `bulk`, `metadata` and `deleted` answer, `org` holds one account, `rows`
shows its stories as records, `knobs` make it misbehave. Which deals there are is none of its business.

What Salesforce can't hide or can't tell is so here too, and `plots` (with `Org.truth`) says so:
  a deal without stage history      its OpportunityHistory was purged, and OpportunityFieldHistory tells no stage
  a stage history that begins late  everything before was purged from both histories
  amounts and dates without history told by OpportunityHistory, which is always on: no doubt remains
  contacts without history          a contact role always bears its CreatedDate: no doubt remains
  a merge                           nothing native: the parents lie in the recycle bin, the survivor has its own history
  a cleared close date              CloseDate is required, so it was set to that day instead
  when a call or e-mail took place  a task has a date only, and when it was logged
  a meeting called off or missed    deleted from the calendar, since events have no outcome
  a call that nobody took           a task that was never completed, its result `No Answer`
  the direction of an e-mail        `Incoming` of EmailMessage; on the task, CallType and the subject's `<<` or `>>`
"""
