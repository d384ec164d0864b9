"""Two made-up announcements in six languages, so that the demo has something to read."""

from collections.abc import Mapping

from locales import Language
from models.announcements.announcement import Category
from models.announcements.text import Body, Texts

TYPHOON = Texts(
    {
        Language.ZH_HANT: Body(
            "颱風來時，請注意安全",
            "請留意天氣消息。手機先充好電，準備飲水和一些食物。\n\n"
            "請待在室內。不要到海邊、河邊或山上。不要碰斷掉的電線。\n\n"
            "如果必須在戶外工作，請先問雇主怎樣做才安全。受傷或遇到危險時，請撥 119。",
            "中央氣象署天氣消息",
        ),
        Language.EN: Body(
            "When a typhoon comes: stay safe",
            "Follow the weather news. Charge your phone. Keep drinking water and some food.\n\n"
            "Stay inside. Do not go to the sea, to rivers or to the mountains. Do not touch broken power lines.\n\n"
            "If you must work outside, first ask your employer how to do it safely. "
            "Hurt, or in danger? Call 119.",
            "News from the weather office",
        ),
        Language.ID: Body(
            "Saat topan datang: jaga keselamatan",
            "Ikuti berita cuaca. Isi daya ponsel Anda. Siapkan air minum dan sedikit makanan.\n\n"
            "Tetaplah di dalam ruangan. Jangan pergi ke laut, sungai, atau gunung. "
            "Jangan menyentuh kabel listrik yang putus.\n\n"
            "Jika Anda harus bekerja di luar, tanyakan dulu kepada majikan bagaimana caranya agar aman. "
            "Terluka atau dalam bahaya? Telepon 119.",
            "Berita dari kantor cuaca",
        ),
        Language.VI: Body(
            "Khi bão đến: hãy giữ an toàn",
            "Theo dõi tin thời tiết. Sạc đầy điện thoại. Chuẩn bị nước uống và một ít thức ăn.\n\n"
            "Hãy ở trong nhà. Không ra biển, ra sông hay lên núi. Không chạm vào dây điện bị đứt.\n\n"
            "Nếu phải làm việc ngoài trời, hãy hỏi chủ trước xem làm thế nào cho an toàn. "
            "Bị thương hoặc gặp nguy hiểm? Gọi 119.",
            "Tin của cơ quan thời tiết",
        ),
        Language.TH: Body(
            "เมื่อพายุไต้ฝุ่นมา โปรดระวังความปลอดภัย",
            "ติดตามข่าวสภาพอากาศ ชาร์จโทรศัพท์ให้เต็ม เตรียมน้ำดื่มและอาหารไว้บ้าง\n\n"
            "อยู่ในอาคาร อย่าไปทะเล แม่น้ำ หรือภูเขา อย่าแตะสายไฟที่ขาด\n\n"
            "ถ้าต้องทำงานกลางแจ้ง ให้ถามนายจ้างก่อนว่าทำอย่างไรจึงจะปลอดภัย บาดเจ็บหรืออยู่ในอันตราย โทร 119",
            "ข่าวจากสำนักงานอุตุนิยมวิทยา",
        ),
        Language.FIL: Body(
            "Kapag may bagyo: manatiling ligtas",
            "Subaybayan ang balita tungkol sa panahon. I-charge ang iyong telepono. "
            "Maghanda ng inuming tubig at kaunting pagkain.\n\n"
            "Manatili sa loob. Huwag pumunta sa dagat, sa ilog, o sa bundok. "
            "Huwag hawakan ang naputol na kable ng kuryente.\n\n"
            "Kung kailangan mong magtrabaho sa labas, itanong muna sa amo kung paano ito gagawin nang ligtas. "
            "Nasaktan o nasa panganib? Tumawag sa 119.",
            "Balita mula sa tanggapan ng panahon",
        ),
    },
    link_url="https://www.cwa.gov.tw/",
)

PAYSLIP = Texts(
    {
        Language.ZH_HANT: Body(
            "您的工資明細表上要有什麼",
            "每次發工資時，雇主都要給您工資明細表，用中文和您的語言寫。\n\n"
            "上面要寫明付給您多少、是什麼錢，以及每一項扣款：例如健保費、勞保費、所得稅、膳宿費。\n\n"
            "請保留每一張明細表。內容有錯，或沒有拿到？請撥 1955，全天免費。",
        ),
        Language.EN: Body(
            "Your payslip: what must be on it",
            "Each time you are paid, your employer must give you a payslip in Chinese and in your language.\n\n"
            "It says how much you were paid and what for, and everything that was taken off: for example health "
            "insurance, labour insurance, income tax, food and lodging.\n\n"
            "Keep every payslip. Is something wrong, or did you not get one? Call 1955. It is free, day and night.",
        ),
        Language.ID: Body(
            "Slip gaji Anda: apa yang harus tertulis",
            "Setiap kali upah dibayar, majikan harus memberi Anda slip gaji dalam bahasa Mandarin dan bahasa Anda.\n\n"
            "Di situ tertulis berapa yang dibayar dan untuk apa, serta semua potongan: misalnya asuransi kesehatan, "
            "asuransi tenaga kerja, pajak penghasilan, makan, dan tempat tinggal.\n\n"
            "Simpan setiap slip gaji. Ada yang salah, atau tidak menerimanya? "
            "Telepon 1955. Gratis, siang dan malam.",
        ),
        Language.VI: Body(
            "Phiếu lương của bạn: phải ghi những gì",
            "Mỗi lần trả lương, chủ phải đưa cho bạn phiếu lương bằng tiếng Trung và bằng ngôn ngữ của bạn.\n\n"
            "Trên đó ghi bạn được trả bao nhiêu, về khoản gì, và mọi khoản bị trừ: ví dụ bảo hiểm y tế, "
            "bảo hiểm lao động, thuế thu nhập, tiền ăn và ở.\n\n"
            "Hãy giữ mọi phiếu lương. Có gì sai, hoặc không nhận được? Gọi 1955. Miễn phí, cả ngày lẫn đêm.",
        ),
        Language.TH: Body(
            "ใบแจ้งค่าจ้างของคุณต้องมีอะไรบ้าง",
            "ทุกครั้งที่จ่ายค่าจ้าง นายจ้างต้องให้ใบแจ้งค่าจ้างที่เขียนเป็นภาษาจีนและภาษาของคุณ\n\n"
            "ในใบแจ้งต้องบอกว่าจ่ายเท่าไร เป็นค่าอะไร และทุกรายการที่ถูกหัก เช่น ประกันสุขภาพ ประกันแรงงาน "
            "ภาษีเงินได้ ค่าอาหารและที่พัก\n\n"
            "เก็บใบแจ้งค่าจ้างไว้ทุกใบ มีอะไรผิดหรือไม่ได้รับใช่ไหม โทร 1955 ฟรี ทั้งกลางวันและกลางคืน",
        ),
        Language.FIL: Body(
            "Ang iyong payslip: ano ang dapat nakasulat",
            "Tuwing sasahod ka, dapat kang bigyan ng amo ng payslip sa wikang Tsino at sa iyong wika.\n\n"
            "Nakasulat doon kung magkano ang ibinayad at para saan, at ang lahat ng kinaltas: halimbawa health "
            "insurance, labor insurance, buwis sa kita, pagkain, at tirahan.\n\n"
            "Itago ang bawat payslip. May mali ba, o wala kang natanggap? "
            "Tumawag sa 1955. Libre ito, araw at gabi.",
        ),
    }
)

ANNOUNCEMENTS: Mapping[Category, Texts] = {Category.WAGES_AND_LEAVE: PAYSLIP, Category.WEATHER: TYPHOON}
"""In the order in which they were sent."""
