"""The words of the invented bills, by language; a bill's own data is already in the subscriber's language."""

WORDS = {
    "uk": {
        "electricity": "Електроенергія", "high": "Активна енергія, денна зона", "low": "Активна енергія, нічна зона",
        "power": "Договірна потужність", "metering": "Плата за точку обліку", "oie": "Надбавка на ВДЕ",
        "water": "Водопостачання", "cold": "Холодна вода", "sewer": "Водовідведення", "fee": "Рента за воду",
        "waste": "Вивезення відходів", "persons": "Вивезення відходів, за особу", "day": "День", "night": "Ніч",
        "one": "Єдина", "point": "точка обліку", "more": "Більше спожито", "price": "Нова ціна з 01.03.2026",
        "bank": "Банк", "desk": "каса", "purpose": "За комунальні послуги, березень 2026",
        "phone": "Телефонний зв’язок", "subscription": "Абонентська плата за телефонну лінію",
        "internet": "Інтернет", "access": "Доступ до інтернету «Домашній 100»", "calls": "Дзвінки",
        "note": "Показання приймаємо з 25 по 30 число кожного місяця.", "old": "Колишній номер",
        "discount": "Перерахунок за лютий",
    },
    "bs": {
        "electricity": "Električna energija", "high": "Aktivna energija VT", "low": "Aktivna energija MT",
        "power": "Obračunska snaga", "metering": "Mjerno mjesto", "oie": "Naknada za OIE",
        "water": "Vodosnabdijevanje", "cold": "Voda", "sewer": "Odvodnja", "fee": "Posebna vodna naknada",
        "waste": "Odvoz otpada", "persons": "Odvoz otpada po članu domaćinstva", "day": "VT", "night": "MT",
        "one": "Jedinstveni", "point": "mjerno mjesto", "more": "Veća potrošnja", "price": "Nova cijena od 01.03.2026",
        "bank": "Banka", "desk": "blagajna", "purpose": "Komunalne usluge, mart 2026",
        "phone": "Telefonija", "subscription": "Pretplata za telefonsku liniju",
        "internet": "Pristup mreži", "access": "Pristup mreži «Kućni 100»", "calls": "Pozivi",
        "note": "Stanje brojila možete dojaviti od 25. do 30. u mjesecu.", "old": "Stara šifra",
        "discount": "Ispravka za februar",
    },
    "en": {
        "electricity": "Electricity", "high": "Active energy, day", "low": "Active energy, night",
        "power": "Billing power", "metering": "Metering point", "oie": "Renewables fee",
        "water": "Water", "cold": "Cold water", "sewer": "Sewerage", "fee": "Water fee",
        "waste": "Waste", "persons": "Waste collection, per person", "day": "Day", "night": "Night",
        "one": "Single", "point": "service point", "more": "More used", "price": "New price from 01.03.2026",
        "bank": "Bank", "desk": "cash desk", "purpose": "Utility services, March 2026",
        "phone": "Telephone", "subscription": "Telephone line subscription",
        "internet": "Internet", "access": "Internet access “Home 100”", "calls": "Calls",
        "note": "Send your readings from the 25th to the 30th of each month.", "old": "Former number",
        "discount": "Correction for February",
    },
}  # fmt: skip
DESTINATIONS = {
    "uk": ["Київ, міська мережа", "Львів", "Ґорлиця (Польща)", "Їжівці, зональний", "Мобільний Київстар",
           "Мобільний Vodafone", "Одеса", "Харків", "Німеччина, мобільні мережі", "Боснія і Герцеговина"],
    "bs": ["Brčko, lokalni", "Sarajevo", "Đakovo (Hrvatska)", "Žepče", "Mobilna mreža m:tel", "Mobilna mreža HT Eronet",
           "Čapljina", "Šamac", "Njemačka, mobilne mreže", "Ukrajina"],
    "en": ["Kyiv, city", "Lviv", "Gorlice (Poland)", "Zonal calls", "Mobile Kyivstar", "Mobile Vodafone", "Odesa",
           "Kharkiv", "Germany, mobile", "Bosnia and Herzegovina"],
}  # fmt: skip
