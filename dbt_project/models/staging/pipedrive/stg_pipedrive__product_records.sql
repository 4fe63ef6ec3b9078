with latest as (
    {{ latest_records(source('lake', 'pipedrive__deal_products')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        {{ parse_json('payload', {'products': [{'id': 'text', 'add_time': 'text', 'is_enabled': 'text'}]}) }} as payload
    from latest
    where not coalesce(is_deleted, false)
),

products as (
    select
        connection,
        deal_id,
        {{ unnest_array('payload.products', 'product', 'place') }}
    from parsed
)

select
    connection,
    deal_id,
    product.id as product_id,
    product.add_time as added_at_text
from products
where product.id is not null and coalesce(product.is_enabled, 'true') <> 'false'
