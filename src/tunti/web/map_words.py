"""The words of the map island: it shows them as the page hands them over."""

from __future__ import annotations

from tunti.locale import N_

MAP_WORDS = {
    "map": N_("Map"),
    "choose_hint": N_("Choose a site on the map or in the table below: what a change there would do stands here."),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "chosen": N_("What is chosen on the map"),
    "outdated": N_("Somebody else has changed the plan. Load the page again and make the change on the new version."),
    "outside": N_("outside the standard"),
    "open_point": N_("point in the plan"),
    "site": N_("other site"),
    "forbidden": N_("site that must not open"),
    "office": N_("present office"),
    "legend": N_("Drive time to the nearest point"),
    "now": N_("Now"),
    "then": N_("Then"),
    "points": N_("Points"),
    "within": N_("Within the standard"),
    "people_outside": N_("People outside the standard"),
    "mean": N_("Mean drive"),
    "country_outside": N_("People outside the standard in all planned regions"),
    "cost": N_("Cost in a year"),
    "asking": N_("Asking what it would change."),
    "if_closed": N_("If the point closed:"),
    "if_opened": N_("If a point opened:"),
    "effects": N_(
        "The trip gets shorter for {nearer} people and longer for {further}; {gained} come within the standard and "
        "{lost} fall out of it."
    ),
    "open": N_("Open"),
    "close": N_("Close"),
    "require": N_("Must open"),
    "forbid": N_("Must not open"),
    "free": N_("Leave it free"),
    "kept": N_("The change is in the plan."),
    "added": N_("The site is in the plan."),
    "new_site": N_("New site"),
    "new_name": N_("Name of the new site"),
    "new_cost": N_("Cost of the site, euros a year (may be left empty)"),
    "drag": N_("Drag the mark to its place, give it a name and add it."),
    "add": N_("Add"),
    "cancel": N_("Cancel"),
    "optimise": N_("Optimise the rest"),
    "comment_view": N_("Comment on this view"),
    "comment_hint": N_("The comment keeps the place and the zoom that the map shows now."),
    "your_comment": N_("Your comment"),
    "comment": N_("Comment"),
    "comment_kept": N_("The comment is kept."),
    "note": N_("Comment {n}"),
    "note_mark": N_("comment on a view"),
    "done": N_("Done."),
}
"""Words by what the island calls them."""
