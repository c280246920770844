#!/bin/bash
# Replaces the Secret by one with the certificates of this folder.
kubectl delete secret tls-certs
kubectl create secret generic tls-certs --from-file=.
