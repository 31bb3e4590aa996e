from farbell.cli import main

main()
