"""What files of segments and offers begin with, to be written before rules."""

SEGMENTS_HEAD = """\
segmentation:
  value_quantile: 0.5
  horizon_months: 3
  profit_lost_share: 1
  signal_quantile: 0.1
  smallest_drop: 0.05
  firm_from: 2
  likely_from: 1
  unknown_spread: 0.05
  key_min_clients: 30
  segments:
    - &texts {code: carts, title_ru: "-", title_en: "-", description_ru: "-", description_en: "-",
              conditions: [{column: at_risk, is: true}, {column: unpaid_items_quarter, at_least: 5}]}
"""
OFFERS_HEAD = """\
offers:
  declared:
    - &texts
      code: coupon
      title_ru: "-"
      title_en: "-"
      text_ru: "-"
      text_en: "-"
      channel: push
      needs_consent: true
      cost: 0.5
"""
