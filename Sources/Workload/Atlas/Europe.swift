/// Inland towns of Europe, in the form that `Atlas` reads; coordinates after GeoNames (CC BY 4.0), rounded.
let europeanPlaces = """
  United Kingdom; +44 7700 900###; english english irish
    England; 52.48; -1.90
    England; 53.80; -1.55
    England; 52.95; -1.15
    Scotland; 56.12; -3.94
    Scotland; 56.40; -3.43
    Wales; 53.05; -2.99
    Northern Ireland; 54.52; -6.04

  Ireland; +353 20 91# ####; irish
    Leinster; 53.43; -7.95
    Leinster; 52.65; -7.25
    Leinster; 53.27; -7.49
    Leinster; 53.22; -6.67
    Munster; 52.84; -8.99

  France; +33 6 39 98 ## ##; french french french arabic
    Auvergne-Rhône-Alpes; 45.75; 4.85
    Bourgogne-Franche-Comté; 47.32; 5.02
    Centre-Val de Loire; 47.90; 1.90
    Occitanie; 43.60; 1.44
    Grand Est; 49.25; 4.03
    Nouvelle-Aquitaine; 45.83; 1.26
    Île-de-France; 48.53; 2.67
    Bretagne; 48.11; -1.67
    Hauts-de-France; 49.90; 2.30

  Germany; +49 30 23125 ###; german german german turkish
    Bayern; 48.14; 11.58
    Thüringen; 50.98; 11.03
    Hessen; 51.32; 9.50
    Baden-Württemberg; 48.78; 9.18
    Nordrhein-Westfalen; 51.51; 7.47
    Sachsen; 51.34; 12.37
    Sachsen-Anhalt; 52.13; 11.63
    Brandenburg; 51.76; 14.33
    Niedersachsen; 52.37; 9.73

  Italy; +39 351 #######; italian
    Piemonte; 45.07; 7.69
    Emilia-Romagna; 44.49; 11.34
    Toscana; 43.78; 11.25
    Umbria; 43.11; 12.39
    Abruzzo; 42.35; 13.40
    Basilicata; 40.64; 15.81
    Lombardia; 45.54; 10.21
    Veneto; 45.55; 11.55
    Sicilia; 37.56; 14.29

  Spain; +34 6## ### ###; spanish
    Comunidad de Madrid; 40.42; -3.70
    Aragón; 41.66; -0.88
    Andalucía; 37.38; -5.97
    Castilla y León; 41.66; -4.72
    Castilla-La Mancha; 39.86; -4.02
    Extremadura; 38.92; -6.34
    Cataluña; 41.62; 0.62
    La Rioja; 42.23; -2.10

  Portugal; +351 9# ### ## ##; portuguese
    Évora; 38.57; -7.90
    Castelo Branco; 39.82; -7.49
    Viseu; 40.66; -7.91
    Guarda; 40.54; -7.27
    Bragança; 41.81; -6.76
    Vila Real; 41.30; -7.74

  Netherlands; +31 6 ########; dutch
    Utrecht; 52.09; 5.12
    Noord-Brabant; 51.44; 5.48
    Gelderland; 51.98; 5.91
    Overijssel; 52.27; 6.79
    Drenthe; 53.00; 6.56

  Belgium; +32 4## ## ## ##; dutch french
    Wallonie; 50.47; 4.87
    Wallonie; 50.63; 5.57
    Vlaanderen; 50.88; 4.70
    Vlaanderen; 50.93; 5.34
    Wallonie; 50.41; 4.44

  Luxembourg; +352 6## ### ###; french german
    Luxembourg; 49.61; 6.13
    Diekirch; 49.87; 6.16

  Switzerland; +41 7# ### ## ##; german german french italian
    Bern; 46.95; 7.45
    Zürich; 47.50; 8.73
    Aargau; 47.39; 8.18
    Graubünden; 46.85; 9.53
    Ticino; 46.19; 9.02
    Fribourg; 46.80; 7.15
    Valais; 46.29; 7.54

  Austria; +43 6## ######; german
    Wien; 48.21; 16.37
    Steiermark; 47.07; 15.45
    Oberösterreich; 48.31; 14.29
    Tirol; 47.26; 11.39
    Kärnten; 46.62; 14.31
    Niederösterreich; 48.20; 15.63

  Denmark; +45 ## ## ## ##; nordic
    Midtjylland; 56.14; 8.97
    Midtjylland; 56.14; 9.16
    Sjælland; 55.40; 11.35
    Sjælland; 55.44; 11.79

  Sweden; +46 70 174 06 ##; nordic
    Örebro län; 59.27; 15.21
    Östergötlands län; 58.41; 15.62
    Kronobergs län; 56.83; 13.94
    Västra Götalands län; 57.72; 12.94
    Uppsala län; 59.86; 17.64

  Norway; +47 9## ## ###; nordic
    Buskerud; 60.17; 10.26
    Innlandet; 60.19; 12.00
    Buskerud; 59.67; 9.65
    Innlandet; 60.88; 11.56

  Finland; +358 4# ### ####; finnish
    Etelä-Pohjanmaa; 62.79; 22.83
    Kymenlaakso; 60.87; 26.70
    Pohjois-Pohjanmaa; 64.08; 24.55
    Lappi; 66.50; 25.72
    Kanta-Häme; 60.81; 23.62

  Iceland; +354 6## ####; nordic
    Suðurland; 63.93; -21.00

  Poland; +48 5## ### ###; polish
    Mazowieckie; 52.23; 21.01
    Małopolskie; 50.06; 19.94
    Łódzkie; 51.75; 19.47
    Dolnośląskie; 51.10; 17.03
    Wielkopolskie; 52.41; 16.93
    Lubelskie; 51.25; 22.57
    Podlaskie; 53.13; 23.16
    Śląskie; 50.26; 19.03
    Warmińsko-Mazurskie; 53.78; 20.49

  Czechia; +420 7## ### ###; czech
    Praha; 50.09; 14.42
    Jihomoravský kraj; 49.20; 16.61
    Olomoucký kraj; 49.60; 17.25
    Plzeňský kraj; 49.75; 13.38
    Kraj Vysočina; 49.40; 15.59
    Pardubický kraj; 50.04; 15.78

  Slovakia; +421 9## ### ###; czech
    Žilinský kraj; 49.22; 18.74
    Banskobystrický kraj; 48.74; 19.15
    Prešovský kraj; 49.00; 21.23
    Nitriansky kraj; 48.31; 18.08

  Hungary; +36 30 ### ####; hungarian
    Hajdú-Bihar; 47.53; 21.63
    Bács-Kiskun; 46.91; 19.69
    Fejér; 47.19; 18.41
    Borsod-Abaúj-Zemplén; 48.10; 20.78
    Veszprém; 47.09; 17.91

  Romania; +40 7## ### ###; romanian romanian hungarian
    Cluj; 46.77; 23.60
    Iași; 47.17; 27.60
    Brașov; 45.65; 25.61
    Dolj; 44.32; 23.80
    Sibiu; 45.80; 24.15
    Timiș; 45.75; 21.23

  Moldova; +373 6# ### ###; romanian russian
    Chișinău; 47.01; 28.86
    Bălți; 47.76; 27.93

  Bulgaria; +359 88 ### ####; bulgarian
    Sofia-Capital; 42.70; 23.32
    Plovdiv; 42.15; 24.75
    Stara Zagora; 42.43; 25.64
    Pleven; 43.42; 24.62
    Veliko Tarnovo; 43.08; 25.63

  Greece; +30 69# ### ####; greek
    Thessalía; 39.64; 22.42
    Thessalía; 39.55; 21.77
    Dytikí Makedonía; 40.30; 21.79
    Pelopónnisos; 37.51; 22.38
    Stereá Elláda; 38.90; 22.43

  Serbia; +381 6# ### ####; southslavic
    Kolubara; 44.28; 19.90
    Šumadija; 44.02; 20.92
    Nišava; 43.32; 21.90
    Moravica; 43.89; 20.35

  Croatia; +385 9# ### ####; southslavic
    Grad Zagreb; 45.81; 15.98
    Osječko-baranjska županija; 45.55; 18.69
    Karlovačka županija; 45.49; 15.55
    Sisačko-moslavačka županija; 45.47; 16.38

  Slovenia; +386 40 ### ###; southslavic
    Osrednjeslovenska; 46.05; 14.51
    Savinjska; 46.23; 15.26
    Podravska; 46.55; 15.65

  Bosnia and Herzegovina; +387 6# ### ###; southslavic
    Federacija Bosne i Hercegovine; 43.85; 18.36
    Federacija Bosne i Hercegovine; 44.54; 18.67
    Republika Srpska; 44.78; 17.19

  Lithuania; +370 6## #####; baltic
    Kauno apskritis; 54.90; 23.90
    Panevėžio apskritis; 55.73; 24.35
    Utenos apskritis; 55.50; 25.60

  Latvia; +371 2# ### ###; baltic russian
    Daugavpils; 55.88; 26.53
    Valmiera; 57.54; 25.43
    Jēkabpils; 56.50; 25.86

  Estonia; +372 5### ####; baltic
    Tartumaa; 58.38; 26.73
    Viljandimaa; 58.36; 25.59
    Lääne-Virumaa; 59.35; 26.36

  Ukraine; +380 67 ### ####; ukrainian
    Kyiv; 50.45; 30.52
    Lviv Oblast; 49.84; 24.02
    Vinnytsia Oblast; 49.23; 28.48
    Poltava Oblast; 49.59; 34.54
    Rivne Oblast; 50.62; 26.23
    Ternopil Oblast; 49.56; 25.61
    Cherkasy Oblast; 49.43; 32.06
  """
