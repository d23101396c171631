"""A program written for another server: it must work unchanged against this one, but for the port."""

import os

import requests
from flask import Flask, jsonify, request

API_URL = "http://localhost:8080/v1/completions"
API_URL = API_URL.replace("8080", os.environ.get("SEED_ENGINE_PORT", "8080"))

app = Flask(__name__)


@app.route("/ask", methods=["POST"])
def ask():
    payload = {
        "prompt": request.json["message"],
        "max_tokens": 512,
        "temperature": 0.7,
        "top_p": 0.9,
        "repetition_penalty": 1.1,
    }
    response = requests.post(API_URL, json=payload, timeout=120)
    response.raise_for_status()
    return jsonify({"reply": response.json()["choices"][0]["text"].strip()})
