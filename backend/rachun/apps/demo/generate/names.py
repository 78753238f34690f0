"""Invented people and firms. Surnames say that they are invented; the letters are all those of the language."""

from rachun.apps.demo.generate.files import dice

BOSNIAN_NAMES = (
    *("Amra", "Đenana", "Šejla", "Željka", "Ćamila", "Čedomir", "Marija", "Lejla", "Jovana", "Senada", "Đorđe"),
    *("Žarko", "Šefik", "Ćazim", "Dragan", "Ivana", "Mirsad", "Nikola", "Aida", "Emir", "Ljubica", "Njegoš", "Džemal"),
)
BOSNIAN_SURNAMES = (
    *("Uzorić", "Primjerović", "Izmišljenović", "Probinjak", "Zamislić", "Nestvarić", "Šablonić", "Đačkobajić"),
    *("Žetonović", "Čitankić", "Ćiriličić", "Oglednić", "Pričalović", "Bajkić", "Nepostojić", "Demović", "Ogledalić"),
    *("Šaljivdžić", "Mjerilović", "Kilovatić", "Vodomjerić", "Računović", "Džepić"),
)
BOSNIAN_FIRMS = (
    *("Uzor-pekara", "Primjer frizer", "Šablon štampa", "Čitanka knjižara", "Žeton kafić", "Probna apoteka"),
    *("Ćilibar zlatara", "Đumrukčija špedicija", "Ogled servis", "Bajka igračke", "Mjerilo vaga", "Demo market"),
)
BOSNIAN_STREETS = (
    *("Izmišljena", "Trg primjera", "Šumska proba", "Čaršijska", "Žalfijina", "Đačka", "Ćuprijska", "Uzorna"),
)

# Given name and patronymic: masculine, then feminine; the surnames do not change.
UKRAINIAN_MEN = (
    *(("Гліб", "Юрійович"), ("Іван", "Єгорович"), ("Євген", "Ілліч"), ("Олексій", "Георгійович")),
    *(("Кузьма", "Андрійович"), ("Ярослав", "Євгенович"), ("Юхим", "Іванович"), ("Тарас", "Григорович")),
)
UKRAINIAN_WOMEN = (
    *(("Ївга", "Юріївна"), ("Єва", "Єгорівна"), ("Ганна", "Іллівна"), ("Олена", "Олексіївна")),
    *(("Юлія", "Андріївна"), ("Ярина", "Євгенівна"), ("Надія", "Іванівна"), ("Марія", "Григорівна")),
)
UKRAINIAN_SURNAMES = (
    *("Прикладенко", "Вигаданюк", "Зразкевич", "Ґудзикенко", "Їжаченко", "Єнотенко", "Небувалько", "Демонюк"),
    *("Уявленко", "Казкарчук", "Шаблоненко", "Пробейко", "Щебетенко", "Жартівенко", "Юшкоїд", "Хвилинюк"),
    *("Тарифенко", "Лічильнюк", "Квитанченко", "Об’їждженко"),
)
UKRAINIAN_FIRMS = (
    *("ТОВ «Приклад-Сервіс»", "ТОВ «Вигадана пекарня»", "ПП «Ґанок»", "ТОВ «Їжачок»", "ТОВ «Єдиноріг Лтд»"),
    *("ПП «Небувала майстерня»", "ТОВ «Зразковий двір»", "ТОВ «Казка»", "ПП «Щедрість»", "ТОВ «Юшка»"),
)
UKRAINIAN_STREETS = (
    *("вул. Вигадана", "вул. Зразкова", "пров. Ґанковий", "вул. Їжакова", "просп. Єднання", "вул. Пробна"),
    *("вул. Щаслива", "вул. Приклад-Гірка"),
)


def bosnian_person(*, number: int) -> str:
    roll = dice("bosnian", number)
    return f"{roll.choice(BOSNIAN_NAMES)} {roll.choice(BOSNIAN_SURNAMES)}"


def bosnian_firm(*, number: int) -> str:
    return f"{BOSNIAN_FIRMS[number % len(BOSNIAN_FIRMS)]} {number + 1} d.o.o. (demo)"


def ukrainian_person(*, number: int) -> str:
    roll = dice("ukrainian", number)
    name, patronymic = roll.choice(UKRAINIAN_MEN if number % 2 else UKRAINIAN_WOMEN)
    return f"{roll.choice(UKRAINIAN_SURNAMES)} {name} {patronymic}"


def ukrainian_firm(*, number: int) -> str:
    return f"{UKRAINIAN_FIRMS[number % len(UKRAINIAN_FIRMS)]} № {number + 1} (демо)"
