select
    waivers.waiver_id,
    waivers.deal_key,
    waivers.step_key,
    waivers.given_by,
    waivers.given_at,
    waivers.reason,
    waivers.valid_to,
    settings.as_of
from {{ source('reference', 'waivers') }} as waivers
cross join {{ source('reference', 'settings') }} as settings
