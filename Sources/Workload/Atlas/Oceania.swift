/// Inland towns of Oceania, in the form that `Atlas` reads; coordinates after GeoNames (CC BY 4.0), rounded.
let oceanianPlaces = """
  Australia; +61 491 570 ###; english english english chinese
    Australian Capital Territory; -35.28; 149.13
    Queensland; -27.56; 151.95
    New South Wales; -35.13; 147.35
    New South Wales; -32.24; 148.60
    Victoria; -36.76; 144.28
    Victoria; -37.57; 143.85
    Northern Territory; -23.70; 133.88
    Western Australia; -30.75; 121.47

  New Zealand; +64 21 ### ###; english pacific
    Waikato; -37.78; 175.28
    Manawatū-Whanganui; -40.36; 175.61
    Wellington; -40.96; 175.66
    Canterbury; -43.90; 171.73

  Papua New Guinea; +675 7### ####; pacific
    Western Highlands; -5.86; 144.23
    Eastern Highlands; -6.08; 145.39

  Fiji; +679 7## ####; pacific hindi
    Western Division; -17.79; 177.46
  """
