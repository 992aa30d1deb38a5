using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What a policy is not compiled with: errors, and secrets that would be copied into sources and programs.</summary>
internal static class CompilerRefusals
{
    public static ImmutableArray<PolicyDiagnostic> Of(PolicyLoadResult policy)
    {
        var refusals = ImmutableArray.CreateBuilder<PolicyDiagnostic>();
        foreach (var found in policy.Diagnostics)
        {
            if ((MendOfProxy(found) ?? Mend(found.Id)) is { } mend)
                refusals.Add(found with { Severity = PolicySeverity.Error, Message = $"{found.Message}; {mend}" });
            else if (found.Severity == PolicySeverity.Error)
                refusals.Add(found);
        }

        if (policy.Model is { } model)
            AddKeys(model, refusals);
        return refusals.ToImmutable();
    }

    /// <summary>What is in <c>certs</c> and is no certificate may be a key: an encrypted one looks like nothing in particular, and only a listener's use shows it.</summary>
    private static void AddKeys(PolicyModel model, ImmutableArray<PolicyDiagnostic>.Builder refusals)
    {
        foreach (var entry in model.Certificates.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            var place = entry.Location;
            if (entry.Der.IsEmpty || CertificateReader.ProblemOf(entry) is null ||
                refusals.Any(one => one.File == place.File && one.Line == place.Line && one.Column == place.Column))
            {
                continue;
            }

            var listener = model.StreamTypes.Values.Where(stream => stream.ServerKey?.Name == entry.Name).Select(static stream => stream.Name).Min(StringComparer.Ordinal);
            var why = listener is null ? "it is no certificate, so that it may be a key" : $"streamtype {Wording.Quote(listener)} names it as its server_key, so that it is a key";
            refusals.Add(new PolicyDiagnostic(PolicyDiagnosticTable.PrivateKeyInText.Id, PolicySeverity.Error, place.File, place.Line, place.Column, "$.certs",
                $"certificate {Wording.Quote(entry.Name)}: {why}; {Mend(PolicyDiagnosticTable.PrivateKeyInText.Id)}"));
        }
    }

    /// <summary>A proxy's secret: the finding says what to do itself, since no blob or metadata can supply it. Null for others.</summary>
    private static string? MendOfProxy(PolicyDiagnostic found) =>
        found.Id == PolicyDiagnosticTable.SecretInText.Id && SecretRules.IsProxy(found.JsonPath[(found.JsonPath.LastIndexOf('.') + 1)..]) ? "it is not compiled into a program" : null;

    /// <summary>What to do about a finding that loads and does not compile; null for others.</summary>
    private static string? Mend(string id)
    {
        if (id == PolicyDiagnosticTable.PrivateKeyInText.Id)
            return "it is not compiled into a program: keep the key in a blob and name that, as in \"tls_key_blob\": \"my-key\"";
        if (id == PolicyDiagnosticTable.SecretInText.Id)
            return "it is not compiled into a program: keep it in a blob and name that, as in \"blob_name\" of an auth scheme, or have the program set it as metadata";

        // Any of those left out may have been a secret.
        return id == PolicyDiagnosticTable.MoreLeftOut.Id ? "a secret may be among them, so the policy is not compiled" : null;
    }
}
