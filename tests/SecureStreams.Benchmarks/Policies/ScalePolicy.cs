using System.Globalization;
using System.Text;

namespace SecureStreams.Benchmarks.Policies;

/// <summary>
/// The policy that libwebsockets was measured with, by number of streamtypes: one back-off scheme, one certificate, one trust store; streamtype i is h1, h2, ws or
/// mqtt by i mod 4, each with its own endpoint and URL or topic and three metadata names. Compact JSON, about 313 bytes for each.
/// </summary>
internal static class ScalePolicy
{
    // Self-signed, RSA 2048, valid for a hundred years; its key was never kept.
    private const string Certificate =
        "MIIDFTCCAf2gAwIBAgIUMaxrRiQTVa93zsvGlrPLwCoBMf4wDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOQmVuY2htYXJrIHJvb3QwIBcNMjYxMTIxMDUx" +
        "NjM2WhgPMjEyNjEwMjgwNTE2MzZaMBkxFzAVBgNVBAMMDkJlbmNobWFyayByb290MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq6HdVsx4X1pS" +
        "LDv6hspefMENHtdkbpDZoiGfnnIST4buq2VX+F0EUlAwTAIuK8fK/Ee6VovGJ6t2kdVRp7PA/LccelA/NzwkeMaN8PVpxaBDDYEvYgxzlwe4HVMdOinclzOY" +
        "rkm6unpCIN8deH54DXA6gc1aAyupgK9wF71hdgavc7qxNsj5u/tAjW1hdgjwxg7UN/Yi/CvSL080Yhw84P33uGkK4ALI/QpX+O1cUVYzu7IZ7jmy0BV5vFtk" +
        "kJiP9SODJLY/HKWMT/CTSdPKCw05Hi7bni0bZKUiX9sbJDYLsH21nSTqnhv69tqaeuRvXLhFO1N4iB0+0mp8jvphUQIDAQABo1MwUTAdBgNVHQ4EFgQUo41G" +
        "ELDHKs3WMUa5m1ITDlhY//YwHwYDVR0jBBgwFoAUo41GELDHKs3WMUa5m1ITDlhY//YwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAk3QC" +
        "IlV9YhppYyQExnkT7SCSC7TwdxgJSiQRW6IU5jQySJu/nNnMPOVfn5u5R644vH2DwdJ6AEGfnTjxKtT/WhsxWtO318yLrYZwi7TWwBychwMIQxoQtza+OIe/" +
        "7JHQFmPw5S2Emy3zSt8+M4ESJbONRfBXYCtVPFZkp01yrC5JoY68IBD01e3+XhvV118sMHSJIR8vg4phG+fDLYf2pCTwdAbdc0iLnwih8xJhcbKPwhXgODLE" +
        "T9ZN6iRgmxr3O3rOhNGPSsLsGRCR3adh69JIL8JDJLuvGaLkOwrNytJF7UWxL6VlCaFapR0TFa3sxon7EsOdyC6LIUXFsTaNuQ==";

    public static byte[] ToUtf8(int streamTypes)
    {
        var text = new StringBuilder();
        text.Append("{\"release\":\"01234567\",\"product\":\"benchmark\",\"schema-version\":1,\"retry\":[{\"default\":{\"backoff\":[1000,2000,3000,5000,10000],")
            .Append("\"conceal\":5,\"jitterpc\":20,\"svalidping\":30,\"svalidhup\":35}}],\"certs\":[{\"root\":\"").Append(Certificate)
            .Append("\"}],\"trust_stores\":[{\"name\":\"store\",\"stack\":[\"root\"]}],\"s\":[");
        for (var i = 0; i < streamTypes; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, i);
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static void Append(StringBuilder text, int i)
    {
        var own = (i % 4) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"\"protocol\":\"h1\",\"http_method\":\"GET\",\"http_url\":\"/v1/resource/{i}?u=${{uptag}}\""),
            1 => string.Create(CultureInfo.InvariantCulture, $"\"protocol\":\"h2\",\"http_method\":\"POST\",\"http_url\":\"/v1/resource/{i}?u=${{uptag}}\""),
            2 => string.Create(CultureInfo.InvariantCulture, $"\"protocol\":\"ws\",\"http_url\":\"/v1/feed/{i}\",\"ws_subprotocol\":\"feed\",\"ws_binary\":true"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\"protocol\":\"mqtt\",\"mqtt_topic\":\"device/{i}/${{uptag}}\",\"mqtt_subscribe\":\"control/{i}\",\"mqtt_qos\":1"),
        };
        text.Append(CultureInfo.InvariantCulture, $$"""{"stream{{i}}":{"endpoint":"host{{i}}.example.com","port":443,"tls":true,""")
            .Append(own)
            .Append(""","tls_trust_store":"store","retry":"default","timeout_ms":5000,"metadata":[{"uptag":"X-Upload-Tag:"},{"ctype":"content-type:"},{"xctype":""}]}}""");
    }
}
