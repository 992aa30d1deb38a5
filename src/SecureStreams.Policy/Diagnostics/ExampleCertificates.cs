namespace SecureStreams.Policy;

/// <summary>What the examples of wrong policies put into <c>certs</c>. Made for this purpose; the key protects nothing.</summary>
internal static class ExampleCertificates
{
    /// <summary>A root that is valid for a century.</summary>
    public const string Root =
        "MIIBiDCCAS+gAwIBAgIUccjPxMZ0IpuqogK2x8LLkIV91ZcwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwORml4dHVyZSBSb290IEEwIBcNMjYxMTIxMDI0MjMx" +
        "WhgPMjEyNjEwMjgwMjQyMzFaMBkxFzAVBgNVBAMMDkZpeHR1cmUgUm9vdCBBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXXAB4hzICuGHYKE3/nQsuQE+" +
        "DK+qzYgQs84pwuhEPzEni4l8ullkQvvvWaoiAgqmwioq3NBikHRDlO8mQae7kKNTMFEwHQYDVR0OBBYEFAihDmUxCwtsEb55KV2654Bi9UNuMB8GA1UdIwQY" +
        "MBaAFAihDmUxCwtsEb55KV2654Bi9UNuMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgfr3dmTR8H9QVYYhw6uN68B/RbDWHRChl9NxXIYk9" +
        "cOwCID0uLE/AtXLH7MIVf9CzZz9x7OvNRx0V64zi8LLOjL4f";

    /// <summary>The private key of <see cref="Root"/>.</summary>
    public const string RootKey =
        "MHcCAQEEINDVSbXe3EeFqzP7YMYmqwtkSBiVO8toIQvpe1DZgWMroAoGCCqGSM49AwEHoUQDQgAEXXAB4hzICuGHYKE3/nQsuQE+DK+qzYgQs84pwuhEPzEn" +
        "i4l8ullkQvvvWaoiAgqmwioq3NBikHRDlO8mQae7kA==";

    /// <summary>Another root.</summary>
    public const string OtherRoot =
        "MIIBijCCAS+gAwIBAgIUB+Npa0GDX6LKwiV2mHHVpHykx7QwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwORml4dHVyZSBSb290IEIwIBcNMjYxMTIxMDUzNTQw" +
        "WhgPMjEyNjEwMjgwNTM1NDBaMBkxFzAVBgNVBAMMDkZpeHR1cmUgUm9vdCBCMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEChd82LAuyXPpYzWzqWyrTEBT" +
        "3RVG6rk/XjHa3MESzPD7rTbzvdjIXD/uzroR1BxSQliuWJFASBh55hcmlyc1lqNTMFEwHQYDVR0OBBYEFHv5SS+sXGcgHDdDeRYmh2Y9NSp2MB8GA1UdIwQY" +
        "MBaAFHv5SS+sXGcgHDdDeRYmh2Y9NSp2MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKVToSVqOydJoiyJ99C5h+QIJc371Mhr+rhgFR6N" +
        "958lAiEA31X4Cnp82qh4FKhdS0LbvZuMDSsUu2uWC7CKm+n8Kok=";

    /// <summary>A certificate that is valid on 2026-11-21 only.</summary>
    public const string OneDay =
        "MIIBiTCCAS+gAwIBAgIUWnz5j3Lv/pIgdCWZ7uXkUKsb5TkwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPRml4dHVyZSBFeHBpcmVkMB4XDTI2MTEyMTAyNDI1" +
        "N1oXDTI2MTEyMjAyNDI1N1owGjEYMBYGA1UEAwwPRml4dHVyZSBFeHBpcmVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPMHqH3IarZZcVi4MWEYLfg28" +
        "VP42LxDOlJI7Esmn9jUM6IoSIx9Sh87LHVHII8BDSL10XpBOD0NwGb/DcN1HTaNTMFEwHQYDVR0OBBYEFMV7JzogqCPGbOH+LP1fWfFGsTtrMB8GA1UdIwQY" +
        "MBaAFMV7JzogqCPGbOH+LP1fWfFGsTtrMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgNdaA0SmAhmlZSa5CMKdRIL9eTegvH1ORITqqB2E/" +
        "Ag4CIQD/zSc4wvkeDfxir+IaS+ZrzXJc5nxpWWrM7OJlbXKEZg==";
}
