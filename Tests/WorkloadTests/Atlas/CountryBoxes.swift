/// The degrees between which countries lie (south; north; west; east), outwards to whole ones, taken from
/// polygons of Natural Earth (public domain): not where the towns of the atlas come from.
let countryBoxes = """
  Algeria; 19; 38; -9; 12
  Angola; -18; -4; 11; 25
  Argentina; -56; -21; -74; -53
  Armenia; 38; 42; 43; 47
  Australia; -44; -10; 113; 154
  Austria; 46; 50; 9; 17
  Azerbaijan; 38; 42; 44; 51
  Bangladesh; 20; 27; 88; 93
  Belgium; 49; 52; 2; 7
  Bolivia; -23; -9; -70; -57
  Bosnia and Herzegovina; 42; 46; 15; 20
  Botswana; -27; -17; 19; 30
  Brazil; -34; 6; -74; -34
  Bulgaria; 41; 45; 22; 29
  Burkina Faso; 9; 16; -6; 3
  Cambodia; 10; 15; 102; 108
  Cameroon; 1; 13; 8; 17
  Canada; 41; 84; -141; -52
  Chile; -56; -17; -76; -66
  China; 18; 54; 73; 136
  Colombia; -5; 13; -79; -66
  Costa Rica; 8; 12; -86; -82
  Croatia; 42; 47; 13; 20
  Cuba; 19; 24; -85; -74
  Czechia; 48; 52; 12; 19
  Côte d'Ivoire; 4; 11; -9; -2
  DR Congo; -14; 6; 12; 32
  Denmark; 54; 58; 8; 13
  Dominican Republic; 17; 20; -72; -68
  Ecuador; -5; 2; -81; -75
  Egypt; 22; 32; 24; 37
  El Salvador; 13; 15; -91; -87
  Estonia; 57; 60; 23; 29
  Ethiopia; 3; 15; 32; 48
  Fiji; -19; -16; -180; 180
  Finland; 59; 71; 20; 32
  France; 41; 52; -5; 10
  Georgia; 41; 44; 39; 47
  Germany; 47; 55; 5; 16
  Ghana; 4; 12; -4; 2
  Greece; 34; 42; 20; 27
  Guatemala; 13; 18; -93; -88
  Honduras; 12; 17; -90; -83
  Hungary; 45; 49; 16; 23
  Iceland; 63; 67; -25; -13
  India; 7; 36; 68; 98
  Indonesia; -11; 6; 95; 142
  Iran; 25; 40; 44; 64
  Iraq; 29; 38; 38; 49
  Ireland; 51; 56; -10; -6
  Israel; 29; 34; 34; 36
  Italy; 36; 48; 6; 19
  Jamaica; 17; 19; -79; -76
  Japan; 31; 46; 129; 146
  Jordan; 29; 34; 34; 40
  Kazakhstan; 40; 56; 46; 88
  Kenya; -5; 6; 33; 42
  Latvia; 55; 58; 21; 29
  Lebanon; 33; 35; 35; 37
  Lithuania; 53; 57; 21; 27
  Luxembourg; 49; 51; 5; 7
  Madagascar; -26; -12; 43; 51
  Malaysia; 0; 7; 100; 120
  Mali; 10; 25; -13; 5
  Mexico; 14; 33; -118; -86
  Moldova; 45; 49; 26; 31
  Mongolia; 41; 53; 87; 120
  Morocco; 21; 36; -18; -1
  Mozambique; -27; -10; 30; 41
  Myanmar; 9; 29; 92; 102
  Namibia; -30; -16; 11; 26
  Nepal; 26; 31; 80; 89
  Netherlands; 50; 54; 3; 8
  New Zealand; -47; -34; 166; 179
  Nicaragua; 10; 16; -88; -83
  Nigeria; 4; 14; 2; 15
  Norway; 58; 81; 4; 32
  Pakistan; 23; 38; 60; 78
  Papua New Guinea; -11; -2; 141; 157
  Paraguay; -28; -19; -63; -54
  Peru; -19; 0; -82; -68
  Philippines; 5; 19; 117; 127
  Poland; 49; 55; 14; 25
  Portugal; 36; 43; -10; -6
  Romania; 43; 49; 20; 30
  Rwanda; -3; -1; 29; 31
  Saudi Arabia; 16; 33; 34; 56
  Senegal; 12; 17; -18; -11
  Serbia; 42; 47; 18; 23
  Slovakia; 47; 50; 16; 23
  Slovenia; 45; 47; 13; 17
  South Africa; -35; -22; 16; 33
  South Korea; 34; 39; 126; 130
  Spain; 35; 44; -10; 4
  Sri Lanka; 5; 10; 79; 82
  Sweden; 55; 70; 11; 24
  Switzerland; 45; 48; 6; 11
  Taiwan; 21; 26; 120; 122
  Tanzania; -12; 0; 29; 41
  Thailand; 5; 21; 97; 106
  Tunisia; 30; 38; 7; 12
  Turkey; 35; 43; 26; 45
  Uganda; -2; 5; 29; 36
  Ukraine; 44; 53; 22; 41
  United Arab Emirates; 22; 27; 51; 57
  United Kingdom; 49; 59; -8; 2
  United States; 18; 72; -172; -66
  Uruguay; -35; -30; -59; -53
  Uzbekistan; 37; 46; 55; 74
  Venezuela; 0; 13; -74; -59
  Vietnam; 8; 24; 102; 110
  Zambia; -18; -8; 21; 34
  Zimbabwe; -23; -15; 25; 33
  """
