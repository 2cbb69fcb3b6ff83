/// Names of people in scripts other than Latin, in the form that `NameTable` reads: each with its
/// transliteration for the e-mail address behind an equals sign.
let otherNames = """
  russian
  men Иван=ivan Дмитрий=dmitry Алексей=alexey Сергей=sergey Андрей=andrey Михаил=mikhail Павел=pavel
  men Фёдор=fyodor
  men Юрий=yury Николай=nikolay Артём=artyom Семён=semyon
  women Анна=anna Мария=maria Елена=elena Ольга=olga Наталья=natalya Екатерина=ekaterina Юлия=yulia
  women Алёна=alyona
  women Татьяна=tatyana Светлана=svetlana Дарья=darya Ксения=ksenia
  family Иванов=ivanov Смирнов=smirnov Кузнецов=kuznetsov Попов=popov Соколов=sokolov Лебедев=lebedev
  family Козлов=kozlov Новиков=novikov Морозов=morozov Соловьёв=solovyov Щербаков=shcherbakov
  family Зайцев=zaytsev
  family-women Иванова=ivanova Смирнова=smirnova Кузнецова=kuznetsova Попова=popova Соколова=sokolova
  family-women Козлова=kozlova Новикова=novikova Морозова=morozova Соловьёва=solovyova
  family-women Щербакова=shcherbakova

  ukrainian
  men Олександр=oleksandr Андрій=andriy Тарас=taras Богдан=bohdan Юрій=yuriy Василь=vasyl Ігор=ihor
  men Сергій=serhiy
  women Оксана=oksana Ірина=iryna Наталія=nataliia Ганна=hanna Юлія=yuliia Людмила=liudmyla
  women Соломія=solomiia
  women Олена=olena
  family Шевченко=shevchenko Коваленко=kovalenko Бондаренко=bondarenko Ткаченко=tkachenko Кравчук=kravchuk
  family Олійник=oliinyk Мельник=melnyk Поліщук=polishchuk Лисенко=lysenko Гриценко=hrytsenko Їжак=yizhak

  bulgarian
  men Георги=georgi Иван=ivan Димитър=dimitar Николай=nikolay Петър=petar Христо=hristo Тодор=todor
  men Стоян=stoyan
  women Мария=maria Иванка=ivanka Елена=elena Йорданка=yordanka Пенка=penka Радка=radka
  women Десислава=desislava
  family Иванов=ivanov Георгиев=georgiev Димитров=dimitrov Петров=petrov Николов=nikolov Стоянов=stoyanov
  family-women Иванова=ivanova Георгиева=georgieva Димитрова=dimitrova Петрова=petrova Николова=nikolova

  kazakh
  men Нұрсұлтан=nursultan Әлихан=alikhan Ерлан=yerlan Бауыржан=bauyrzhan Дәурен=dauren Қайрат=kairat
  men Тимур=timur Арман=arman
  women Айгүл=aigul Гүлнар=gulnar Әсел=assel Динара=dinara Мәдина=madina Жанар=zhanar Сәуле=saule
  women Ақбота=akbota
  family Ахметов=akhmetov Омаров=omarov Оспанов=ospanov Ибраев=ibrayev Жұмабаев=zhumabayev Сейітов=seitov
  family-women Ахметова=akhmetova Омарова=omarova Оспанова=ospanova Ибраева=ibrayeva Жұмабаева=zhumabayeva

  mongolian
  men Бат-Эрдэнэ=bat-erdene Ганбаатар=ganbaatar Тэмүүлэн=temuulen Мөнхбат=munkhbat Энхболд=enkhbold
  men Билгүүн=bilguun
  women Оюунчимэг=oyunchimeg Сарангэрэл=sarangerel Номин=nomin Энхжин=enkhjin Цэцэгмаа=tsetsegmaa
  women Анужин=anujin
  family Ганболд=ganbold Дорж=dorj Лхагвасүрэн=lkhagvasuren Батбаяр=batbayar Цэрэндорж=tserendorj
  family Өлзий=ulzii

  greek
  men Γιώργος=giorgos Νίκος=nikos Δημήτρης=dimitris Κωνσταντίνος=konstantinos Γιάννης=giannis
  men Παναγιώτης=panagiotis
  men Βασίλης=vasilis Χρήστος=christos
  women Μαρία=maria Ελένη=eleni Κατερίνα=katerina Βασιλική=vasiliki Αικατερίνη=aikaterini
  women Σοφία=sofia Αγγελική=angeliki
  women Ιωάννα=ioanna
  family Οικονόμου=oikonomou Παπαγεωργίου=papageorgiou Βασιλείου=vasileiou Αθανασίου=athanasiou
  family Γεωργίου=georgiou
  family Νικολάου=nikolaou Δημητρίου=dimitriou Ιωάννου=ioannou Χατζή=chatzi Αλεξίου=alexiou

  georgian
  men გიორგი=giorgi დავით=davit ლევან=levan ნიკა=nika ზურაბ=zurab თორნიკე=tornike ირაკლი=irakli
  women ნინო=nino მარიამ=mariam თამარ=tamar ნათია=natia ქეთევან=ketevan ელენე=elene სალომე=salome
  family ბერიძე=beridze კაპანაძე=kapanadze გელაშვილი=gelashvili მაისურაძე=maisuradze გიორგაძე=giorgadze
  family ლომიძე=lomidze წიკლაური=tsiklauri ხუციშვილი=khutsishvili

  armenian
  men Արմեն=armen Տիգրան=tigran Հայկ=hayk Դավիթ=davit Գեւորգ=gevorg Նարեկ=narek
  women Անահիտ=anahit Մարիամ=mariam Լիլիթ=lilit Նարե=nare Արփինե=arpine Գայանե=gayane
  family Սարգսյան=sargsyan Հարությունյան=harutyunyan Գրիգորյան=grigoryan Հակոբյան=hakobyan
  family Պետրոսյան=petrosyan
  family Վարդանյան=vardanyan Մկրտչյան=mkrtchyan

  arabic
  men محمد=mohammed أحمد=ahmed علي=ali عمر=omar يوسف=youssef خالد=khaled حسن=hassan إبراهيم=ibrahim
  men طارق=tariq سعيد=said
  women فاطمة=fatima مريم=maryam عائشة=aisha زينب=zainab نور=nour ليلى=layla سلمى=salma هدى=huda
  women رانيا=rania أمينة=amina
  family الحسيني=alhusseini العلوي=alalawi المصري=almasri حداد=haddad خوري=khoury النجار=alnajjar
  family منصور=mansour
  family الشريف=alsharif بن_علي=benali القحطاني=alqahtani الزهراني=alzahrani بوعزيزي=bouazizi
  family عبد_الله=abdullah

  hebrew
  men דוד=david יוסף=yosef משה=moshe אברהם=avraham נועם=noam איתי=itay אורי=uri יעקב=yaakov
  women שרה=sara רחל=rachel נועה=noa תמר=tamar מיכל=michal אסתר=esther יעל=yael שירה=shira
  family כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz ביטון=biton אברהם=avraham פרידמן=friedman
  family שפירא=shapira

  persian
  men محمد=mohammad علی=ali رضا=reza حسین=hossein مهدی=mehdi آرش=arash بهرام=bahram کیان=kian
  women فاطمه=fatemeh زهرا=zahra مریم=maryam نرگس=narges پریسا=parisa شیرین=shirin ژاله=zhaleh
  women گلناز=golnaz
  family احمدی=ahmadi محمدی=mohammadi حسینی=hosseini کریمی=karimi رضایی=rezaei مرادی=moradi صادقی=sadeghi
  family پورمحمد=pourmohammad چگینی=chegini

  urdu
  men بلال=bilal حمزہ=hamza عمران=imran فیصل=faisal کاشف=kashif شہباز=shahbaz نعمان=noman
  women عائشہ=ayesha فاطمہ=fatima ثنا=sana حنا=hina صائمہ=saima نازیہ=nazia ماہین=maheen
  family خان=khan احمد=ahmed ملک=malik چوہدری=chaudhry قریشی=qureshi بٹ=butt شیخ=sheikh صدیقی=siddiqui

  hindi
  men आरव=aarav विवेक=vivek राहुल=rahul अमित=amit संजय=sanjay अर्जुन=arjun कृष्णा=krishna रोहन=rohan
  men दीपक=deepak
  women प्रिया=priya अंजलि=anjali सुनीता=sunita काव्या=kavya पूजा=pooja नेहा=neha दीक्षा=diksha
  women लक्ष्मी=lakshmi मीरा=meera
  family शर्मा=sharma वर्मा=verma सिंह=singh गुप्ता=gupta यादव=yadav मिश्रा=mishra पटेल=patel
  family जोशी=joshi चौधरी=chaudhary
  family श्रेष्ठ=shrestha

  tamil
  men முருகன்=murugan செல்வம்=selvam கார்த்திக்=karthik அருண்=arun பிரகாஷ்=prakash விஜய்=vijay
  women லட்சுமி=lakshmi மீனாட்சி=meenakshi கவிதா=kavitha தமிழ்செல்வி=tamilselvi அனிதா=anitha பிரியா=priya
  family சுப்பிரமணியம்=subramaniam ராஜேந்திரன்=rajendran கிருஷ்ணன்=krishnan பெருமாள்=perumal
  family நடராஜன்=natarajan

  bengali
  men রহিম=rahim করিম=karim সাকিব=sakib অনিক=anik সৌরভ=sourav তানভীর=tanvir
  women নুসরাত=nusrat ফারজানা=farzana শর্মিলা=sharmila তানিয়া=tania মৌসুমী=mousumi সুমাইয়া=sumaiya
  family হোসেন=hossain ইসলাম=islam চৌধুরী=chowdhury রহমান=rahman আক্তার=akter দাস=das ঘোষ=ghosh
  family মুখার্জী=mukherjee

  sinhala
  men නිමල්=nimal සුනිල්=sunil කමල්=kamal රුවන්=ruwan චමින්ද=chaminda
  women කුමාරි=kumari දිල්හානි=dilhani නිලූකා=niluka සඳුනි=sanduni චතුරිකා=chathurika
  family පෙරේරා=perera සිල්වා=silva ප්‍රනාන්දු=fernando ජයවර්ධන=jayawardena බණ්ඩාර=bandara
  family රත්නායක=rathnayake

  thai
  men สมชาย=somchai ธนากร=thanakorn ณัฐพล=nattapon วีระ=weera กิตติ=kitti อนุชา=anucha ประเสริฐ=prasert
  women สมหญิง=somying มาลี=malee กัญญา=kanya พรทิพย์=porntip สุดา=suda นิภา=nipha อรุณี=arunee
  family แสงทอง=saengthong ใจดี=jaidee ศรีสุข=srisuk วงศ์ใหญ่=wongyai บุญมี=boonmee ทองคำ=thongkham
  family รัตนพันธ์=rattanaphan

  khmer
  men សុខ=sok ដារា=dara វិចិត្រ=vichet ពិសិដ្ឋ=piseth
  women សុភា=sophea ចន្ថា=chantha ស្រីមុំ=sreymom បុប្ផា=bopha
  family ជា=chea គឹម=kim សំ=sam ហេង=heng លឹម=lim ប៊ុន=bun

  burmese
  men ကျော်ဇော=kyaw-zaw အောင်မြင့်=aung-myint ဇော်လင်း=zaw-lin မင်းထက်=min-htet
  women သီတာ=thida ခင်မာ=khin-mar နီလာ=nilar အေးအေး=aye-aye
  family ဝင်း=win ထွန်း=tun လှိုင်=hlaing မောင်=maung စိုး=soe နိုင်=naing

  chinese family-first joined
  men 伟=wei 强=qiang 磊=lei 俊杰=junjie 浩然=haoran 宇轩=yuxuan 子豪=zihao 建国=jianguo 志明=zhiming 文博=wenbo
  women 芳=fang 娜=na 秀英=xiuying 静怡=jingyi 雨桐=yutong 欣怡=xinyi 丽华=lihua 晓燕=xiaoyan 美玲=meiling 婷婷=tingting
  family 王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu 周=zhou 徐=xu 孙=sun 马=ma 朱=zhu
  family 欧阳=ouyang

  taiwanese family-first joined
  men 家豪=jia-hao 志豪=chih-hao 冠宇=guan-yu 宗翰=tsung-han 承恩=cheng-en 彥廷=yen-ting
  women 淑芬=shu-fen 雅婷=ya-ting 怡君=yi-chun 欣妤=hsin-yu 佩珊=pei-shan 詩涵=shih-han
  family 陳=chen 林=lin 黃=huang 張=chang 吳=wu 劉=liu 蔡=tsai 楊=yang 許=hsu 鄭=cheng 謝=hsieh

  japanese family-first
  men 太郎=taro 健太=kenta 翔太=shota 大輔=daisuke 直樹=naoki 悠斗=yuto 一郎=ichiro 拓也=takuya
  women 花子=hanako 美咲=misaki さくら=sakura 陽子=yoko 由美=yumi 結衣=yui 愛=ai 恵子=keiko
  family 佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe 山本=yamamoto 中村=nakamura 小林=kobayashi
  family 加藤=kato 吉田=yoshida 斎藤=saito 髙﨑=takasaki

  korean family-first joined
  men 민준=minjun 서준=seojun 도윤=doyun 지훈=jihoon 성호=seongho 현우=hyunwoo 영수=youngsoo 태영=taeyoung
  women 서연=seoyeon 지우=jiwoo 하은=haeun 수진=sujin 민지=minji 영희=younghee 은정=eunjeong 유나=yuna
  family 김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang 임=lim 한=han 오=oh 남궁=namgung

  amharic
  men አበበ=abebe ዳዊት=dawit ተስፋዬ=tesfaye ሀይሉ=hailu ዮሐንስ=yohannes ሙሉጌታ=mulugeta
  women አልማዝ=almaz ትዕግስት=tigist ሰላም=selam ሕይወት=hiwot ማርታ=marta ብርቱካን=birtukan
  family በቀለ=bekele ከበደ=kebede ገብረ=gebre ወልደ=wolde ታደሰ=tadesse ደስታ=desta መንግስቱ=mengistu
  """
