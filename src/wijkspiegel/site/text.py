"""Text that people write, as HTML that can do no harm; numbers and figures as people of the language write them."""

import nh3
from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

TAGS = {
    *("p", "h3", "h4", "ul", "ol", "li", "em", "strong", "a", "blockquote", "code", "pre", "br", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML: no raw HTML, no scripts, no pictures from elsewhere; headings below those of the page."""
    html = _MARKDOWN.render(text).replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    html = html.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    safe = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    return mark_safe(safe)  # noqa: S308 - nh3 has cleaned it


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    """0.123 as "12 %"; a dash for what is not known."""
    return "–" if share is None else f"{of_hundred(share, digits)}\u00a0%"


@register.filter
def of_hundred(share: float | None, digits: int = 0) -> str:
    """0.128 as "13"; a dash for what is not known. `number_format` by itself cuts digits off."""
    return "–" if share is None else number_format(round(100 * share, digits), digits)
