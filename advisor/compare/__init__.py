"""Did it help, is it real, was it worth it?"""
