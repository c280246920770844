module gceme

go 1.24
