/// Inland towns of Asia, in the form that `Atlas` reads; coordinates after GeoNames (CC BY 4.0), rounded.
let asianPlaces = """
  Turkey; +90 5## ### ## ##; turkish
    Ankara; 39.92; 32.85
    Konya; 37.87; 32.48
    Kayseri; 38.73; 35.49
    Eskişehir; 39.78; 30.52
    Gaziantep; 37.06; 37.38
    Sivas; 39.75; 37.02
    Erzurum; 39.91; 41.28

  Georgia; +995 5## ### ###; georgian
    Tbilisi; 41.69; 44.83
    Imereti; 42.27; 42.69
    Shida Kartli; 41.98; 44.12

  Armenia; +374 9# ### ###; armenian
    Yerevan; 40.18; 44.51
    Shirak; 40.79; 43.85
    Lori; 40.80; 44.49

  Azerbaijan; +994 50 ### ## ##; azerbaijani
    Ganja; 40.68; 46.36
    Mingachevir; 40.76; 47.06

  Kazakhstan; +7 70# ### ## ##; kazakh russian
    Almaty; 43.26; 76.93
    Astana; 51.18; 71.45
    Karaganda Region; 49.83; 73.17
    Kostanay Region; 53.21; 63.62

  Uzbekistan; +998 9# ### ## ##; uzbek
    Tashkent; 41.26; 69.22
    Samarqand; 39.65; 66.96
    Buxoro; 39.77; 64.43
    Namangan; 41.00; 71.67

  Mongolia; +976 9### ####; mongolian
    Ulaanbaatar; 47.91; 106.88
    Darkhan-Uul; 49.49; 105.92
    Orkhon; 49.03; 104.08

  Israel; +972 5# ### ####; hebrew hebrew arabic
    Southern District; 31.25; 34.79
    Northern District; 32.70; 35.30
    Central District; 31.95; 34.89

  Jordan; +962 7 9### ####; arabic
    Amman; 31.96; 35.95
    Irbid; 32.56; 35.85
    Zarqa; 32.07; 36.09

  Lebanon; +961 7# ### ###; arabic
    Beqaa; 33.85; 35.90
    Baalbek-Hermel; 34.01; 36.22

  Saudi Arabia; +966 5# ### ####; arabic
    Riyadh; 24.69; 46.72
    Al-Qassim; 26.33; 43.97
    Al Madinah; 24.47; 39.61
    Makkah; 21.43; 39.83

  United Arab Emirates; +971 5# ### ####; arabic hindi
    Abu Dhabi; 24.19; 55.76

  Iraq; +964 7## ### ####; arabic
    Baghdad; 33.34; 44.40
    Nineveh; 36.34; 43.12
    Kirkuk; 35.47; 44.39
    Karbala; 32.62; 44.02

  Iran; +98 91# ### ####; persian
    Tehran; 35.69; 51.42
    Isfahan; 32.65; 51.67
    Fars; 29.61; 52.53
    Razavi Khorasan; 36.32; 59.57
    Kerman; 30.28; 57.08
    East Azerbaijan; 38.08; 46.29

  Pakistan; +92 3## #######; urdu
    Punjab; 31.55; 74.34
    Punjab; 31.42; 73.08
    Punjab; 30.20; 71.48
    Sindh; 25.39; 68.37
    Khyber Pakhtunkhwa; 34.01; 71.58
    Balochistan; 30.20; 67.01

  India; +91 9#### #####; hindi hindi tamil bengali
    Rajasthan; 26.92; 75.79
    Uttar Pradesh; 26.84; 80.92
    Madhya Pradesh; 23.25; 77.40
    Maharashtra; 21.15; 79.08
    Maharashtra; 18.52; 73.86
    Karnataka; 12.97; 77.59
    Telangana; 17.38; 78.46
    Tamil Nadu; 9.92; 78.12
    Jharkhand; 23.35; 85.34
    Bihar; 25.60; 85.12
    Gujarat; 23.03; 72.59

  Nepal; +977 98# #######; hindi
    Bagmati; 27.70; 85.32
    Gandaki; 28.27; 83.97

  Bangladesh; +880 17## ######; bengali
    Dhaka; 23.71; 90.41
    Rajshahi; 24.37; 88.60
    Sylhet; 24.90; 91.87
    Rangpur; 25.75; 89.25

  Sri Lanka; +94 7# ### ####; sinhala tamil
    Central Province; 7.30; 80.64
    North Western Province; 7.49; 80.36
    North Central Province; 8.31; 80.41

  Thailand; +66 8# ### ####; thai
    Chiang Mai; 18.79; 98.98
    Khon Kaen; 16.45; 102.83
    Nakhon Ratchasima; 14.97; 102.10
    Udon Thani; 17.42; 102.79
    Ubon Ratchathani; 15.24; 104.85

  Vietnam; +84 9# ### ## ##; vietnamese
    Hà Nội; 21.02; 105.84
    Đắk Lắk; 12.67; 108.04
    Lâm Đồng; 11.95; 108.44
    Thái Nguyên; 21.59; 105.85
    Gia Lai; 13.98; 108.00

  Cambodia; +855 12 ### ###; khmer
    Kampong Speu; 11.45; 104.52
    Siem Reap; 13.36; 103.86
    Battambang; 13.10; 103.20

  Myanmar; +95 9 ### ### ###; burmese
    Mandalay; 21.97; 96.08
    Shan; 20.79; 97.04
    Sagaing; 22.11; 95.14

  Malaysia; +60 1# ### ####; malay chinese tamil
    Kuala Lumpur; 3.14; 101.69
    Perak; 4.58; 101.08
    Negeri Sembilan; 2.73; 101.94

  Indonesia; +62 81# #### ####; malay
    Jawa Barat; -6.90; 107.62
    Jawa Timur; -7.98; 112.63
    Daerah Istimewa Yogyakarta; -7.78; 110.36
    Jawa Tengah; -7.56; 110.83
    Kalimantan Tengah; -2.21; 113.91

  Philippines; +63 9## ### ####; filipino
    Cordillera Administrative Region; 16.42; 120.59
    Central Luzon; 15.49; 120.97
    Northern Mindanao; 8.16; 125.13
    Cagayan Valley; 17.61; 121.73

  China; +86 13# #### ####; chinese
    北京市 Beijing; 39.91; 116.40
    陕西省 Shaanxi; 34.26; 108.93
    四川省 Sichuan; 30.67; 104.07
    湖北省 Hubei; 30.58; 114.27
    河南省 Henan; 34.76; 113.65
    云南省 Yunnan; 25.04; 102.72
    湖南省 Hunan; 28.20; 112.97
    甘肃省 Gansu; 36.06; 103.84
    黑龙江省 Heilongjiang; 45.75; 126.65

  Taiwan; +886 9## ### ###; taiwanese
    Nantou County; 23.97; 120.97
    Yunlin County; 23.71; 120.54
    Taichung City; 24.15; 120.68

  Japan; +81 90 #### ####; japanese
    長野県 Nagano; 36.65; 138.18
    栃木県 Tochigi; 36.57; 139.88
    山梨県 Yamanashi; 35.66; 138.57
    奈良県 Nara; 34.69; 135.80
    岐阜県 Gifu; 36.13; 137.25
    群馬県 Gunma; 36.39; 139.06
    北海道 Hokkaido; 43.77; 142.36

  South Korea; +82 10 #### ####; korean
    서울특별시 Seoul; 37.57; 126.98
    대전광역시 Daejeon; 36.32; 127.42
    대구광역시 Daegu; 35.87; 128.59
    충청북도 Chungcheongbuk-do; 36.64; 127.49
    전라북도 Jeollabuk-do; 35.82; 127.15
  """
