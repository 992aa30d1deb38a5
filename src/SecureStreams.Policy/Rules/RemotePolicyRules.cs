using System.Globalization;
using System.Security.Cryptography;

namespace SecureStreams.Policy;

/// <summary>What the document says of policies that are fetched: its keys and times must be some.</summary>
internal static class RemotePolicyRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        var document = draft.Document;
        if (document.Find("policy_expires") is { } expires && !DateTimeOffset.TryParse(expires.Value.Text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            bag.Report(PolicyDiagnosticTable.NoSuchTime, expires, $"document: policy_expires is {QuotedValue.Of(expires.Value.Text)}, a day that no calendar has");
        if (document.Find("policy_keys") is not { } keys)
            return;
        foreach (var key in keys.Value.Pairs)
        {
            if (!IsKey(key.Value.Text))
                bag.Report(PolicyDiagnosticTable.KeyUnusable, keys, $"document: policy_keys {Wording.Quote(key.Key)} is no point of the curve P-256");
        }

        if (!keys.Value.Pairs.IsEmpty && document.Find("policy_signatures") is { } wanted && wanted.Value.Number > keys.Value.Pairs.Length)
        {
            bag.Report(PolicyDiagnosticTable.TooFewKeys, wanted,
                $"document: policy_signatures is {wanted.Value.Number}, and policy_keys has {keys.Value.Pairs.Length}: no fetched policy can have so many");
        }
    }

    private static bool IsKey(string base64)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64), out _);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
