"""Names for people who do not exist, put together from common Indonesian given names."""

from __future__ import annotations

from random import Random

_FIRST = (
    "Agus Ahmad Aisyah Amelia Andi Anisa Arif Ayu Bagus Bambang Bayu Budi Cahya Citra Dedi Dewi Dian "
    "Dimas Dwi Eka Eko Endah Fajar Farida Fitri Galih Gita Hadi Hana Hendra Heru Ida Imam Indah Intan "
    "Irfan Joko Kartika Krisna Laila Lestari Lukman Made Maya Mega Mulyadi Nadia Ningsih Nur Nyoman Oki "
    "Puji Putri Putu Rahmat Ratna Reza Rina Rini Rizki Rudi Sari Satria Septi Siti Slamet Sri Sulastri "
    "Suryo Taufik Teguh Tri Umar Vina Wahyu Wati Wawan Wayan Widya Yanti Yoga Yudi Yuni"
).split()
_LAST = (
    "Adiputra Anggraini Ardiansyah Astuti Cahyono Firmansyah Gunawan Handayani Hartono Hidayat Irawan "
    "Kurniawan Kusuma Lestari Maharani Mahendra Nugroho Nurhayati Permana Permata Prabowo Pranata "
    "Prasetyo Pratama Purnomo Puspita Rahayu Rahmawati Ramadhan Saputra Santoso Setiawan Siregar Subroto "
    "Suhartono Sulistyo Supriyadi Susanti Sutrisno Syahputra Utami Utomo Wahyudi Wibowo Wicaksono Widodo "
    "Wijaya Wulandari Yulianto Yuliana"
).split()


def name(random: Random) -> str:
    """A full name."""
    return f"{random.choice(_FIRST)} {random.choice(_LAST)}"
