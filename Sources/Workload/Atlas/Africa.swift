/// Inland towns of Africa, in the form that `Atlas` reads; coordinates after GeoNames (CC BY 4.0), rounded.
let africanPlaces = """
  Egypt; +20 10 #### ####; arabic
    Cairo; 30.06; 31.25
    Asyut; 27.18; 31.18
    Luxor; 25.70; 32.64
    Gharbia; 30.79; 31.00
    Minya; 28.11; 30.75

  Morocco; +212 6## ######; arabic arabic french
    Marrakech-Safi; 31.63; -8.00
    Fès-Meknès; 34.04; -5.00
    Fès-Meknès; 33.89; -5.55
    Béni Mellal-Khénifra; 32.34; -6.35

  Algeria; +213 5## ## ## ##; arabic
    Constantine; 36.37; 6.61
    Sétif; 36.19; 5.41
    Batna; 35.56; 6.17
    Tlemcen; 34.88; -1.31

  Tunisia; +216 2# ### ###; arabic
    Kairouan; 35.68; 10.10
    Kasserine; 35.17; 8.84
    Gafsa; 34.42; 8.78

  Nigeria; +234 80# ### ####; westafrican
    Oyo; 7.38; 3.91
    Kano; 12.00; 8.52
    Kaduna; 10.53; 7.44
    Enugu; 6.44; 7.50
    Federal Capital Territory; 9.06; 7.50
    Plateau; 9.93; 8.89

  Ghana; +233 24 ### ####; westafrican
    Ashanti; 6.69; -1.62
    Northern Region; 9.40; -0.84
    Eastern Region; 6.09; -0.26

  Senegal; +221 77 ### ## ##; westafrican french
    Thiès; 14.83; -17.11
    Tambacounda; 13.77; -13.67
    Diourbel; 14.85; -15.88

  Mali; +223 7# ## ## ##; westafrican
    Bamako; 12.65; -8.00
    Sikasso; 11.32; -5.67
    Ségou; 13.43; -6.22

  Burkina Faso; +226 7# ## ## ##; westafrican
    Centre; 12.37; -1.53
    Hauts-Bassins; 11.18; -4.30
    Centre-Ouest; 12.25; -2.36

  Côte d'Ivoire; +225 07 ## ## ## ##; westafrican french
    Vallée du Bandama; 7.69; -5.03
    Yamoussoukro; 6.82; -5.28
    Savanes; 9.46; -5.63
    Sassandra-Marahoué; 6.88; -6.45

  Cameroon; +237 6## ## ## ##; french westafrican
    Centre; 3.87; 11.52
    Ouest; 5.48; 10.42
    Nord; 9.30; 13.40
    Nord-Ouest; 5.96; 10.15

  Ethiopia; +251 91 ### ####; amharic
    Addis Ababa; 9.02; 38.75
    Dire Dawa; 9.59; 41.87
    Amhara; 9.68; 39.53
    Tigray; 13.50; 39.48
    Amhara; 12.60; 37.47
    Oromia; 7.67; 36.83

  Kenya; +254 7## ######; eastafrican
    Nairobi County; -1.28; 36.82
    Nakuru County; -0.28; 36.07
    Uasin Gishu County; 0.52; 35.27
    Nyeri County; -0.42; 36.95

  Uganda; +256 77# ######; eastafrican
    Central Region; 0.32; 32.58
    Northern Region; 2.77; 32.30
    Western Region; -0.60; 30.65
    Eastern Region; 1.08; 34.18

  Tanzania; +255 7## ### ###; eastafrican
    Dodoma; -6.17; 35.74
    Arusha; -3.37; 36.68
    Morogoro; -6.82; 37.66
    Iringa; -7.77; 35.70
    Tabora; -5.02; 32.83

  Rwanda; +250 78# ### ###; eastafrican
    Kigali; -1.95; 30.06
    Southern Province; -2.07; 29.76
    Northern Province; -1.50; 29.63

  DR Congo; +243 8# ### ####; french eastafrican
    Haut-Katanga; -11.66; 27.48
    Kasaï-Central; -5.90; 22.42
    Tshopo; 0.52; 25.19

  Angola; +244 9## ### ###; portuguese southernafrican
    Huambo; -12.78; 15.74
    Malanje; -9.54; 16.34
    Huíla; -14.92; 13.49

  Zambia; +260 97 ### ####; southernafrican
    Lusaka Province; -15.41; 28.29
    Copperbelt Province; -12.96; 28.64
    Central Province; -14.45; 28.45

  Zimbabwe; +263 77 ### ####; southernafrican
    Harare; -17.83; 31.05
    Bulawayo; -20.15; 28.58
    Manicaland; -18.53; 32.13
    Midlands; -19.45; 29.82

  Botswana; +267 7# ### ###; southernafrican
    North-West; -19.98; 23.42
    North-East; -21.17; 27.51
    Central; -22.39; 26.71

  Namibia; +264 81 ### ####; southernafrican german
    Khomas; -22.56; 17.08
    Otjozondjupa; -20.46; 16.65

  South Africa; +27 8# ### ####; southernafrican southernafrican english
    Gauteng; -26.20; 28.04
    Gauteng; -25.74; 28.19
    Free State; -29.12; 26.21
    Limpopo; -23.90; 29.47
    KwaZulu-Natal; -29.62; 30.39
    Northern Cape; -28.73; 24.76

  Mozambique; +258 8# ### ####; portuguese southernafrican
    Nampula; -15.12; 39.27
    Manica; -19.12; 33.48
    Tete; -16.16; 33.59

  Madagascar; +261 34 ## ### ##; malagasy
    Analamanga; -18.91; 47.54
    Vakinankaratra; -19.87; 47.03
    Matsiatra Ambony; -21.45; 47.09
  """
