"""Bills by the thousand: the page of templates/bill.html, laid out by Typst about ten times as fast."""
