"""What well-known cities are called in the languages of the titles.

GeoNames has one name a town: mostly the English one for capitals and the local one elsewhere. A
German does not live in "Munich". Only names that differ are listed.
"""

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")

_NAMES = """
AT Vienna | Vienna | Wien | Vienne | Viena | Vienna | Viena | Wenen
BE Brussels | Brussels | Brüssel | Bruxelles | Bruselas | Bruxelles | Bruxelas | Brussel
BE Antwerpen | Antwerp | Antwerpen | Anvers | Amberes | Anversa | Antuérpia | Antwerpen
BE Gent | Ghent | Gent | Gand | Gante | Gand | Gante | Gent
BE Brugge | Bruges | Brügge | Bruges | Brujas | Bruges | Bruges | Brugge
CH Genève | Geneva | Genf | Genève | Ginebra | Ginevra | Genebra | Genève
CH Zürich | Zurich | Zürich | Zurich | Zúrich | Zurigo | Zurique | Zürich
CH Bern | Bern | Bern | Berne | Berna | Berna | Berna | Bern
CH Basel | Basel | Basel | Bâle | Basilea | Basilea | Basileia | Bazel
CN Beijing | Beijing | Peking | Pékin | Pekín | Pechino | Pequim | Peking
CN Shanghai | Shanghai | Shanghai | Shanghai | Shanghái | Shanghai | Xangai | Shanghai
CU Havana | Havana | Havanna | La Havane | La Habana | L'Avana | Havana | Havana
CZ Prague | Prague | Prag | Prague | Praga | Praga | Praga | Praag
DE Munich | Munich | München | Munich | Múnich | Monaco di Baviera | Munique | München
DE Köln | Cologne | Köln | Cologne | Colonia | Colonia | Colónia | Keulen
DE Berlin | Berlin | Berlin | Berlin | Berlín | Berlino | Berlim | Berlijn
DE Hamburg | Hamburg | Hamburg | Hambourg | Hamburgo | Amburgo | Hamburgo | Hamburg
DE Frankfurt am Main | Frankfurt | Frankfurt | Francfort | Fráncfort | Francoforte | Frankfurt | Frankfurt
DE Nürnberg | Nuremberg | Nürnberg | Nuremberg | Núremberg | Norimberga | Nuremberga | Neurenberg
DE Dresden | Dresden | Dresden | Dresde | Dresde | Dresda | Dresden | Dresden
DE Hannover | Hanover | Hannover | Hanovre | Hannover | Hannover | Hanôver | Hannover
DE Stuttgart | Stuttgart | Stuttgart | Stuttgart | Stuttgart | Stoccarda | Estugarda | Stuttgart
DK Copenhagen | Copenhagen | Kopenhagen | Copenhague | Copenhague | Copenaghen | Copenhaga | Kopenhagen
EG Cairo | Cairo | Kairo | Le Caire | El Cairo | Il Cairo | Cairo | Caïro
ES Sevilla | Seville | Sevilla | Séville | Sevilla | Siviglia | Sevilha | Sevilla
ES Barcelona | Barcelona | Barcelona | Barcelone | Barcelona | Barcellona | Barcelona | Barcelona
ES Córdoba | Córdoba | Córdoba | Cordoue | Córdoba | Cordova | Córdova | Córdoba
ES Granada | Granada | Granada | Grenade | Granada | Granada | Granada | Granada
ES Zaragoza | Zaragoza | Saragossa | Saragosse | Zaragoza | Saragozza | Saragoça | Zaragoza
FR Paris | Paris | Paris | Paris | París | Parigi | Paris | Parijs
FR Nice | Nice | Nizza | Nice | Niza | Nizza | Nice | Nice
FR Marseille | Marseille | Marseille | Marseille | Marsella | Marsiglia | Marselha | Marseille
FR Lyon | Lyon | Lyon | Lyon | Lyon | Lione | Lyon | Lyon
FR Strasbourg | Strasbourg | Straßburg | Strasbourg | Estrasburgo | Strasburgo | Estrasburgo | Straatsburg
FR Bordeaux | Bordeaux | Bordeaux | Bordeaux | Burdeos | Bordeaux | Bordéus | Bordeaux
GB London | London | London | Londres | Londres | Londra | Londres | Londen
GB Edinburgh | Edinburgh | Edinburgh | Édimbourg | Edimburgo | Edimburgo | Edimburgo | Edinburgh
GR Athens | Athens | Athen | Athènes | Atenas | Atene | Atenas | Athene
GR Thessaloníki | Thessaloniki | Thessaloniki | Thessalonique | Salónica | Salonicco | Salónica | Thessaloniki
GR Ródos | Rhodes | Rhodos | Rhodes | Rodas | Rodi | Rodes | Rhodos
HR Dubrovnik | Dubrovnik | Dubrovnik | Dubrovnik | Dubrovnik | Ragusa | Dubrovnik | Dubrovnik
HU Budapest | Budapest | Budapest | Budapest | Budapest | Budapest | Budapeste | Boedapest
IE Dublin | Dublin | Dublin | Dublin | Dublín | Dublino | Dublin | Dublin
IL Jerusalem | Jerusalem | Jerusalem | Jérusalem | Jerusalén | Gerusalemme | Jerusalém | Jeruzalem
IS Reykjavík | Reykjavik | Reykjavík | Reykjavik | Reikiavik | Reykjavík | Reykjavík | Reykjavik
IT Rome | Rome | Rom | Rome | Roma | Roma | Roma | Rome
IT Milan | Milan | Mailand | Milan | Milán | Milano | Milão | Milaan
IT Florence | Florence | Florenz | Florence | Florencia | Firenze | Florença | Florence
IT Venice | Venice | Venedig | Venise | Venecia | Venezia | Veneza | Venetië
IT Naples | Naples | Neapel | Naples | Nápoles | Napoli | Nápoles | Napels
IT Turin | Turin | Turin | Turin | Turín | Torino | Turim | Turijn
IT Genoa | Genoa | Genua | Gênes | Génova | Genova | Génova | Genua
IT Bologna | Bologna | Bologna | Bologne | Bolonia | Bologna | Bolonha | Bologna
IT Verona | Verona | Verona | Vérone | Verona | Verona | Verona | Verona
IT Pisa | Pisa | Pisa | Pise | Pisa | Pisa | Pisa | Pisa
IT Siena | Siena | Siena | Sienne | Siena | Siena | Siena | Siena
IT Padova | Padua | Padua | Padoue | Padua | Padova | Pádua | Padua
IT Palermo | Palermo | Palermo | Palerme | Palermo | Palermo | Palermo | Palermo
IT Bolzano | Bolzano | Bozen | Bolzano | Bolzano | Bolzano | Bolzano | Bolzano
JP Tokyo | Tokyo | Tokio | Tokyo | Tokio | Tokyo | Tóquio | Tokio
JP Kyoto | Kyoto | Kyoto | Kyoto | Kioto | Kyoto | Quioto | Kyoto
KR Seoul | Seoul | Seoul | Séoul | Seúl | Seul | Seul | Seoel
LU Luxembourg | Luxembourg | Luxemburg | Luxembourg | Luxemburgo | Lussemburgo | Luxemburgo | Luxemburg
MA Marrakesh | Marrakesh | Marrakesch | Marrakech | Marrakech | Marrakech | Marraquexe | Marrakesh
MX Mexico City | Mexico City | Mexiko-Stadt | Mexico | Ciudad de México | Città del Messico | Cidade do México | Mexico-Stad
NL The Hague | The Hague | Den Haag | La Haye | La Haya | L'Aia | Haia | Den Haag
NL Amsterdam | Amsterdam | Amsterdam | Amsterdam | Ámsterdam | Amsterdam | Amesterdão | Amsterdam
PL Warsaw | Warsaw | Warschau | Varsovie | Varsovia | Varsavia | Varsóvia | Warschau
PL Kraków | Krakow | Krakau | Cracovie | Cracovia | Cracovia | Cracóvia | Krakau
PL Gdańsk | Gdańsk | Danzig | Gdańsk | Gdansk | Danzica | Gdansk | Gdańsk
PT Lisbon | Lisbon | Lissabon | Lisbonne | Lisboa | Lisbona | Lisboa | Lissabon
PT Porto | Porto | Porto | Porto | Oporto | Porto | Porto | Porto
RO Bucharest | Bucharest | Bukarest | Bucarest | Bucarest | Bucarest | Bucareste | Boekarest
RS Belgrade | Belgrade | Belgrad | Belgrade | Belgrado | Belgrado | Belgrado | Belgrado
RU Moscow | Moscow | Moskau | Moscou | Moscú | Mosca | Moscovo | Moskou
SE Stockholm | Stockholm | Stockholm | Stockholm | Estocolmo | Stoccolma | Estocolmo | Stockholm
SE Göteborg | Gothenburg | Göteborg | Göteborg | Gotemburgo | Göteborg | Gotemburgo | Göteborg
SG Singapore | Singapore | Singapur | Singapour | Singapur | Singapore | Singapura | Singapore
SI Ljubljana | Ljubljana | Ljubljana | Ljubljana | Liubliana | Lubiana | Liubliana | Ljubljana
TH Bangkok | Bangkok | Bangkok | Bangkok | Bangkok | Bangkok | Banguecoque | Bangkok
TR Istanbul | Istanbul | Istanbul | Istanbul | Estambul | Istanbul | Istambul | Istanbul
UA Kyiv | Kyiv | Kiew | Kiev | Kiev | Kiev | Kiev | Kiev
US New York City | New York | New York | New York | Nueva York | New York | Nova Iorque | New York
VA Vatican City | Vatican City | Vatikanstadt | Vatican | Ciudad del Vaticano | Città del Vaticano | Cidade do Vaticano | Vaticaanstad
ZA Cape Town | Cape Town | Kapstadt | Le Cap | Ciudad del Cabo | Città del Capo | Cidade do Cabo | Kaapstad
"""  # noqa: E501  # a table is read by its rows


def city_name(name: str, country_code: str, language: str) -> str:
    """Call a city as its name is in a language; unknown ones keep their GeoNames name.

    Examples
    --------
    >>> city_name("Munich", "DE", "de")
    'München'
    """
    names = CITY_NAMES.get((country_code, name))
    if names is None or language not in LANGUAGES:
        return name
    return names[LANGUAGES.index(language)]


def _table() -> dict[tuple[str, str], tuple[str, ...]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _NAMES.strip().splitlines()]
    return {(row[0][:2], row[0][3:]): tuple(row[1:]) for row in rows}


CITY_NAMES = _table()
"""By country code and GeoNames name: the names in the order of ``LANGUAGES``."""
