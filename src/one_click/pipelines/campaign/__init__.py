"""From offers to the plan of a campaign, its experiment and the lists for the CRM."""

from one_click.pipelines.campaign.pipeline import create_pipeline

__all__ = ["create_pipeline"]
