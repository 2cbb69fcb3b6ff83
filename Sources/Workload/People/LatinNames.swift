/// Names of people in Latin script, in the form that `NameTable` reads.
///
/// An underscore stands for a space or keeps a compound name together.
let latinNames = """
  english
  men James Oliver William Henry Thomas Samuel Daniel Jack Ethan Lucas Noah Benjamin George Arthur
  men Theodore
  women Mary Olivia Emma Charlotte Amelia Grace Sophie Lucy Hannah Alice Eleanor Ruby Zoë Chloé Abigail
  family Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans
  family Walker White
  family Roberts Green Hall Wood Clarke Hughes Edwards Turner Mitchell Cooper Bailey Parker O'Brien
  family Marshall

  irish
  men Seán Cillian Oisín Pádraig Conor Liam Rónán Eoin Darragh Tadhg
  women Aoife Siobhán Niamh Saoirse Róisín Ciara Caoimhe Gráinne Maeve Orla
  family Murphy Kelly O'Sullivan Walsh O'Connor Byrne Ryan Doyle McCarthy Gallagher Ó_Briain Ní_Dhomhnaill

  spanish
  men José Juan Luis Carlos Javier Andrés Martín Ángel Diego Sebastián Nicolás Óscar Rubén Iván Héctor
  women María Lucía Sofía Carmen Ana Inés Valentina Begoña Concepción Raquel Pilar Íngrid Belén
  women Noelia Zulema
  family García Martínez López Hernández González Pérez Rodríguez Sánchez Ramírez Flores Gómez Núñez Muñoz
  family Peña Ibáñez Ordóñez Vázquez Castillo Rojas Medina Aguilar Vargas Guerrero Mendoza Quispe Mamani
  double-family

  portuguese
  men João Pedro Lucas Mateus Gonçalo Tiago Rafael André Luís Antônio Caio Vinícius Simão Duarte
  women Ana Beatriz Letícia Inês Júlia Conceição Mariana Larissa Gabriela Lúcia Fátima Débora Camila
  women Helena
  family Silva Santos Oliveira Souza Pereira Costa Ferreira Almeida Gonçalves Araújo Simões
  family Magalhães Assunção
  family Ribeiro Carvalho Gomes Martins Rocha Barbosa Teixeira Guimarães Brandão Falcão Queirós
  double-family

  french
  men Jean Pierre Louis Hugo Théo Gaël François Étienne Rémi Loïc Jérôme Maël Benoît Noé Jean-Baptiste
  women Marie Chloé Camille Zoé Inès Élodie Hélène Amélie Noémie Anaïs Océane Thaïs Marie-Ève
  women Margaux Agnès
  family Martin Bernard Dubois Durand Lefèvre Moreau Laurent Lefebvre Garçon Fournier Girard Bonnet
  family Lemaître
  family Rousseau Faure Mercier Gauthier Château Béranger Prévost Boucher Côté Gagné Bélanger
  family Pelletier Lévesque

  german
  men Lukas Maximilian Jürgen Jörg Björn Günter Felix Paul Matthias Sebastian Götz Moritz Emil Stefan Uwe
  women Anna Käthe Lena Sophie Jördis Bärbel Ursula Greta Marlene Annika Heike Renate Johanna
  women Katharina Ute
  family Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schäfer Koch Bäcker Köhler
  family Krüger Weiß Groß
  family Jäger Löwe Brückner Vogt Zimmermann Hofstätter Gruber Steiner Eßer Böhm Schröder Vögeli Zürcher

  italian
  men Marco Alessandro Giuseppe Luca Niccolò Matteo Davide Salvatore Giosuè Andrea Fabrizio Stefano
  women Giulia Chiara Francesca Sofia Martina Beatrice Elisa Ginevra Alessia Rosalìa Caterina Paola
  family Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo D'Angelo Forlì
  family De_Luca Mancini Costa Giordano Rizzo Lombardi Moretti Dell'Acqua Nicolò Cantù

  dutch
  men Daan Sem Willem Pieter Joost Koen Ruben Thijs Maarten Gijs Noël Jeroen
  women Sanne Lotte Fleur Femke Anouk Maaike Eefje Noor Isabelle Zoë Saskia Anneke
  family de_Jong Jansen de_Vries van_den_Berg van_Dijk Bakker Visser Smit Meijer Mulder Bos Vos Peeters
  family Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters De_Smet Dubois 't_Hooft

  nordic
  men Erik Lars Anders Bjørn Søren Håkan Jørgen Åke Östen Magnus Nils Þórður Sigurður Øystein Gustav
  women Ingrid Astrid Åsa Sølvi Maja Freja Linnéa Kristín Guðrún Karin Sigrid Märta Ronja Bodil Tuva
  family Andersson Johansson Karlsson Nilsson Lindström Åkesson Öberg Sjögren Bergström Hansen Olsen
  family Jørgensen
  family Sørensen Østergaard Kjær Nygård Bakke Halvorsen Dahl Lund Strøm Ødegård Mikkelsen Vestergaard

  finnish
  men Juhani Väinö Matti Eero Jukka Aleksi Onni Mikael Päivö Tuomas Ville Antti
  women Aino Helmi Päivi Kaarina Sanna Jäännä Venla Eeva Tuulikki Marjatta Noora Liisa
  family Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen
  family Saarinen Salminen Niemi Väisänen Häkkinen Ylönen Öhman

  polish
  men Jan Paweł Michał Łukasz Stanisław Krzysztof Grzegorz Jędrzej Tomasz Sławomir Błażej Wojciech
  women Anna Małgorzata Agnieszka Bożena Łucja Grażyna Elżbieta Zofia Michalina Stanisława Żaneta
  women Katarzyna
  family Kowalski Wiśniewski Wójcik Kamiński Zieliński Szymański Woźniak Dąbrowski Kozłowski
  family Jabłoński Mazur
  family-women Kowalska Wiśniewska Wójcik Kamińska Zielińska Szymańska Woźniak Dąbrowska Kozłowska
  family-women Jabłońska

  czech
  men Jiří Tomáš Petr Jaroslav Zdeněk Ondřej Štěpán Vojtěch Matěj Luboš Peter Ľubomír
  women Jana Hana Věra Lenka Kateřina Tereza Zuzana Eliška Markéta Ľudmila Jarmila Žofie
  family Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Kováč Šťastný Růžička
  family-women Nováková Svobodová Novotná Dvořáková Černá Procházková Kučerová Veselá Horáková
  family-women Němcová Kováčová

  hungarian family-first
  men László István József Zoltán Gábor Ferenc Attila Sándor György Ödön Csaba Győző
  women Mária Erzsébet Katalin Ilona Zsuzsanna Ágnes Eszter Réka Boglárka Tünde Orsolya Enikő
  family Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Lőrincz Fülöp Szűcs Győri

  romanian
  men Andrei Ștefan Mihai Ion Gheorghe Cătălin Răzvan Ionuț Valentin Sorin Ilie Bogdan
  women Maria Ioana Elena Mălina Ștefania Cătălina Raluca Ilinca Anca Țîpora Mădălina Oana
  family Popescu Ionescu Popa Dumitru Stan Gheorghiu Rusu Munteanu Ștefănescu Țăranu Bălan Șerban
  family Moldoveanu

  southslavic
  men Marko Luka Ivan Željko Đorđe Stjepan Nikola Miloš Šime Jakov Tarik Dušan Matjaž Jože
  women Ana Marija Ivana Željka Jelena Milica Dragana Snežana Petra Lejla Đurđica Špela Nataša Maja
  family Horvat Kovačević Marić Jurić Novak Babić Knežević Vuković Petrović Jovanović Nikolić
  family Đorđević Šarić
  family Hodžić Begić Žižek Krajnc Zupančič Kolarić Perić

  baltic
  men Jānis Andris Mārtiņš Jonas Vytautas Tomas Žygimantas Siim Priit Tõnu Jüri Ēriks
  women Līga Kristīne Ilze Rūta Austėja Eglė Živilė Kadri Tiiu Mõnika Külli Anete
  family Bērziņš Kalniņš Ozoliņš Liepiņš Kazlauskas Žukauskas Tamm Saar Mägi Kask Rebane Põder Ilves

  turkish
  men Mehmet Mustafa Ahmet Emre Çağrı Ömer Yiğit Barış Özgür Uğur Şükrü İsmail
  women Fatma Ayşe Zeynep Elif Çiğdem Gülşen Şebnem Özlem Büşra İpek Tuğba Sıla
  family Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Güneş Çetin Işık

  vietnamese family-first
  men Minh Hùng Dũng Đức Tuấn Quân Phúc Khôi Thắng Hiếu Long Bảo
  women Hương Lan Thảo Ngọc Mai Phương Trang Ánh Yến Hạnh Thủy Quỳnh
  family Nguyễn_Văn Trần_Thị Lê Phạm_Minh Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương

  malay
  men Budi Agus Putra Rizky Ahmad Hendra Yusuf Dimas Eko Faizal Amirul Hafiz
  women Siti Dewi Putri Ayu Nurul Rina Sari Wulan Indah Aisyah Farah Kartika
  family Santoso Wijaya Setiawan Hidayat Nugroho Saputra Lestari Wibowo Kusuma Rahman Ismail Halim Siregar

  filipino
  men Jose Andres Rizalino Emmanuel Joshua Jericho Danilo Rodel Efren Crisanto
  women Maria Luz Corazon Analyn Rosario Jasmine Marites Liwayway Imelda Princess
  family Santos Reyes Cruz Bautista Ocampo Garcia Mendoza Dimaculangan Villanueva Aquino Panganiban
  family Magsaysay

  westafrican
  men Olúwaṣeun Chinedu Emeka Tunde Babátúndé Kwame Kofi Yaw Ibrahim Musa Ọbáfẹ́mi Mamadou Ousmane Sékou
  women Ngozi Adaeze Fúnmiláyọ̀ Yetunde Chiamaka Akosua Abena Ama Aminata Fatoumata Aïssatou Hauwa
  women Folasade
  family Okafor Adéyẹmí Balogun Nwosu Eze Ogunleye Abubakar Mensah Owusu Boateng Asante Diallo Traoré Koné
  family Coulibaly Ndiaye Sow Bâ Cissé Ouédraogo Sawadogo Bello

  eastafrican
  men Juma Baraka Otieno Kamau Mwangi Kiprono Hamisi Rashidi Mugisha Okello Ssemakula Nshimiyimana
  women Amani Neema Wanjiku Achieng Zawadi Rehema Nakato Chebet Mwajuma Uwimana Ingabire Nyambura
  family Kariuki Odhiambo Wafula Mutua Njoroge Kimani Mushi Massawe Mwakyusa Byaruhanga Ochieng
  family Habimana Kato

  southernafrican
  men Sipho Thabo Bongani Themba Mandla Tendai Tatenda Pieter Johannes Kagiso Mulenga Chanda Tiago
  women Nomvula Thandiwe Lerato Zanele Naledi Chipo Rutendo Anelé Marié Kgomotso Mutinta Busisiwe Refilwe
  family Dlamini Nkosi Mokoena Khumalo Ndlovu Zulu Moyo Sibanda Botha van_der_Merwe Phiri Banda
  family Mwale Molefe Tau

  malagasy
  men Andry Hery Naina Tojo Rivo Fidy Mamy Solofo
  women Voahangy Haingo Lalao Noro Fanja Miora Hasina Bakoly
  family Rakotomalala Andrianarisoa Rasoanaivo Ravelojaona Razafindrakoto Rabemananjara Randrianasolo
  family Ratsimbazafy Rakotoarisoa

  pacific
  men Sione Tevita Mikaere Wiremu Tāne Rāwiri Semisi Jone Ratu_Peni Kimo
  women Hine Mereana Aroha Ngaire Sela Ana Litia Māia Kahurangi Lavenia
  family Tūhoe Parata Ngata Kāretu Fifita Taufa Vakarau Naulivou Tamihana Waititi Kepa Somare Wari

  uzbek
  men Aziz Bekzod Jasur Otabek Sherzod Ulugʻbek Farrux Sardor
  women Dilnoza Gulnora Nodira Zilola Shahnoza Malika Oydin Feruza
  family Karimov Rahimov Toʻraev Yusupov Ergashev Aliyev Saidov Qodirov
  family-women Karimova Rahimova Toʻraeva Yusupova Ergasheva Aliyeva Saidova Qodirova

  azerbaijani
  men Əli Rəşad Elçin Cavid Tural Orxan Ramil Vüqar
  women Aygün Leyla Günel Nərgiz Sevinc Könül Fidan Ülviyyə
  family Məmmədov Əliyev Hüseynov Quliyev Həsənov İsmayılov Abdullayev Süleymanov
  family-women Məmmədova Əliyeva Hüseynova Quliyeva Həsənova İsmayılova Abdullayeva Süleymanova
  """
