/// Inland towns of the Americas, in the form that `Atlas` reads; coordinates after GeoNames
/// (CC BY 4.0), rounded.
let americanPlaces = """
  United States; +1 N## 555 01##; english english english spanish
    Texas; 30.27; -97.74
    Colorado; 39.74; -104.98
    Arizona; 33.45; -112.07
    Georgia; 33.75; -84.39
    Ohio; 39.96; -83.00
    Indiana; 39.77; -86.16
    Tennessee; 36.17; -86.78
    Iowa; 41.60; -93.61
    Idaho; 43.61; -116.20
    New Mexico; 35.08; -106.65
    Oklahoma; 35.47; -97.52
    Nebraska; 40.80; -96.67
    California; 36.75; -119.77
    Washington; 47.66; -117.43
    North Carolina; 35.77; -78.64
    Michigan; 42.73; -84.56

  Canada; +1 N## 555 01##; english english french
    Alberta; 51.05; -114.09
    Alberta; 53.55; -113.47
    Saskatchewan; 52.12; -106.63
    Saskatchewan; 50.45; -104.62
    Manitoba; 49.88; -97.15
    Ontario; 43.55; -80.26
    Québec; 45.40; -71.90
    British Columbia; 50.67; -120.32
    New Brunswick; 45.95; -66.67

  Mexico; +52 55 #### ####; spanish
    Jalisco; 20.67; -103.39
    Nuevo León; 25.68; -100.32
    Puebla; 19.04; -98.20
    Guanajuato; 21.13; -101.67
    Querétaro; 20.59; -100.39
    San Luis Potosí; 22.15; -100.98
    Zacatecas; 22.77; -102.58
    Oaxaca; 17.07; -96.72
    Chihuahua; 28.64; -106.09

  Guatemala; +502 5### ####; spanish
    Quetzaltenango; 14.83; -91.52
    Alta Verapaz; 15.47; -90.37
    Huehuetenango; 15.32; -91.47

  Honduras; +504 9### ####; spanish
    Francisco Morazán; 14.08; -87.21
    Comayagua; 14.45; -87.64

  El Salvador; +503 7### ####; spanish
    Santa Ana; 13.99; -89.56
    San Miguel; 13.48; -88.18

  Nicaragua; +505 8### ####; spanish
    Estelí; 13.09; -86.35
    Matagalpa; 12.93; -85.92

  Costa Rica; +506 8### ####; spanish
    San José; 9.93; -84.08
    Cartago; 9.86; -83.92
    Alajuela; 10.32; -84.43

  Cuba; +53 5 ### ####; spanish
    Villa Clara; 22.40; -79.97
    Camagüey; 21.38; -77.92
    Holguín; 20.89; -76.26

  Dominican Republic; +1 809 555 01##; spanish
    Santiago; 19.45; -70.70
    La Vega; 19.22; -70.53

  Jamaica; +1 876 555 01##; english
    Manchester; 18.04; -77.51

  Brazil; +55 NN 9#### ####; portuguese
    São Paulo; -23.55; -46.64
    São Paulo; -22.91; -47.06
    Minas Gerais; -19.92; -43.94
    Distrito Federal; -15.78; -47.93
    Goiás; -16.68; -49.25
    Paraná; -25.43; -49.27
    Mato Grosso; -15.60; -56.10
    Mato Grosso do Sul; -20.44; -54.65
    Rio Grande do Sul; -29.17; -51.18
    Bahia; -12.27; -38.97
    Pernambuco; -8.28; -35.98

  Argentina; +54 9 11 #### ####; spanish italian
    Córdoba; -31.41; -64.18
    Mendoza; -32.89; -68.83
    Tucumán; -26.82; -65.22
    Salta; -24.79; -65.41
    Buenos Aires; -37.32; -59.13
    San Luis; -33.30; -66.34

  Chile; +56 9 #### ####; spanish
    Región Metropolitana; -33.46; -70.65
    La Araucanía; -38.74; -72.60
    Ñuble; -36.61; -72.10
    O'Higgins; -34.17; -70.74
    Maule; -35.43; -71.66

  Colombia; +57 3## ### ####; spanish
    Bogotá D.C.; 4.61; -74.08
    Antioquia; 6.25; -75.56
    Valle del Cauca; 3.44; -76.52
    Santander; 7.13; -73.12
    Risaralda; 4.81; -75.70
    Tolima; 4.44; -75.23

  Peru; +51 9## ### ###; spanish
    Cusco; -13.52; -71.97
    Arequipa; -16.40; -71.53
    Junín; -12.07; -75.20
    Cajamarca; -7.16; -78.50
    Ayacucho; -13.16; -74.22

  Ecuador; +593 9# ### ####; spanish
    Pichincha; -0.23; -78.52
    Azuay; -2.90; -79.00
    Tungurahua; -1.25; -78.62
    Loja; -3.99; -79.20

  Bolivia; +591 7### ####; spanish
    Cochabamba; -17.39; -66.16
    Santa Cruz; -17.79; -63.18
    Chuquisaca; -19.03; -65.26
    Oruro; -17.98; -67.15

  Paraguay; +595 98# ### ###; spanish
    Caaguazú; -25.45; -56.02
    Guairá; -25.78; -56.45

  Uruguay; +598 9# ### ###; spanish
    Durazno; -33.41; -56.50
    Tacuarembó; -31.73; -55.98
    Lavalleja; -34.38; -55.24

  Venezuela; +58 41# ### ####; spanish
    Lara; 10.07; -69.32
    Carabobo; 10.16; -68.01
    Mérida; 8.60; -71.14
  """
