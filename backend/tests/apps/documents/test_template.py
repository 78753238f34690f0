import pytest
from rachun.apps.documents.rendering.bill_data import Logo
from rachun.apps.documents.rendering.pdf import LOGO_URL, ResourceRefused, print_pdf
from rachun.apps.documents.rendering.render_bill import bill_html, render_bill
from rachun.apps.documents.rendering.sandbox import TEMPLATE_CHARACTERS_MAX, TemplateRefused
from tests.apps.documents.demo_bills import komunalno_bill, telekom_bill

BILL = komunalno_bill("bs")
PIXEL_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'


class TestTemplateOfAUtility:
    def test_lays_out_what_it_is_given(self) -> None:
        html = bill_html(data=BILL, template="<p>{{ t('total_due') }}: {{ bill.account.total_due | money }}</p>")

        assert html == "<p>Za platiti: 70,61</p>"

    def test_has_a_version_that_follows_its_text(self) -> None:
        first = render_bill(data=BILL, template="<p>{{ bill.number }}</p>")
        second = render_bill(data=BILL, template="<p>{{ bill.number }}.</p>")

        assert first.template_version != second.template_version

    def test_escapes_what_the_data_says(self) -> None:
        assert "&#34;" in bill_html(data=telekom_bill("uk", destinations=1), template="{{ bill.seller.name }}")

    @pytest.mark.parametrize(
        "attack",
        [
            "{{ ''.__class__ }}",
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            "{{ bill.__class__.__init__.__globals__ }}",
            "{{ bill['__class__'] }}",
            "{{ bill | attr('__class__') }}",
            "{{ t.__globals__ }}",
            "{{ t.__self__ }}",
            "{{ code_svg.__globals__ }}",
            "{{ usage_chart.__closure__ }}",
            "{{ self.__init__.__globals__ }}",
            "{{ cycler }}",
            "{{ lipsum }}",
            "{{ range(10) }}",
            "{{ namespace() }}",
            "{{ 'x' * 1000000000 }}",
            "{{ 10 ** 1000000 }}",
            "{{ '%1000000000d' % 1 }}",
            "{{ 'x'.ljust(1000000000) }}",
            "{{ '{:>1000000000}'.format(1) }}",
            "{{ 'x' | center(1000000000) }}",
            "{{ '%s' | format('x') }}",
            "{% include '/etc/passwd' %}",
            "{% import 'os' as os %}",
            "{% extends 'x' %}",
            "{{ bill.subscriber.account_number.upper() }}",
            "{{ bill.no_such_field }}",
            "{{ t('no_such_text') }}",
            "{% for",
        ],
    )
    def test_cannot_reach_for_anything_else(self, attack: str) -> None:
        with pytest.raises(TemplateRefused):
            bill_html(data=BILL, template=attack)

    def test_cannot_be_endless(self) -> None:
        with pytest.raises(TemplateRefused):
            bill_html(data=BILL, template="x" * (TEMPLATE_CHARACTERS_MAX + 1))

    def test_cannot_write_without_end(self) -> None:
        line = "{% for a in bill.usage[0].months %}"
        nested = line * 6 + "x" * 20 + "{% endfor %}" * 6

        with pytest.raises(TemplateRefused):
            bill_html(data=BILL, template=nested)


class TestPrintedPage:
    @pytest.mark.parametrize(
        "asking",
        [
            '<img src="file:///etc/passwd">',
            '<img src="http://127.0.0.1:1/x.png">',
            '<img src="data:image/svg+xml,<svg/>">',
            '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
            '<style>@import url("file:///etc/passwd");</style>',
            '<style>@font-face { font-family: x; src: url("file:///etc/passwd") } p { font-family: x }</style><p>x</p>',
            '<p style="background: url(file:///etc/passwd)">x</p>',
            '<link rel="attachment" href="file:///etc/passwd">',
            '<object data="file:///etc/passwd"></object>',
            '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
            f'<img src="{LOGO_URL}">',
        ],
    )
    def test_gets_no_file_and_no_address(self, asking: str) -> None:
        with pytest.raises(ResourceRefused):
            print_pdf(html=f"<html><body>{asking}</body></html>", logo=None)

    def test_gets_the_logo_of_its_seller(self) -> None:
        logo = Logo(media_type="image/svg+xml", content=PIXEL_SVG)

        assert print_pdf(html=f'<img src="{LOGO_URL}" alt="x">', logo=logo).startswith(b"%PDF-")
