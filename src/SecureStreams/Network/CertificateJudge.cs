using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// Decides about a peer's certificate, and says all that is wrong with it. The code of the failure is that of the gravest problem: untrusted, then expired, then
/// host mismatch, then invalid. Nothing else that an untrusted certificate states deserves belief; an expired one is most likely the right one grown old.
/// </summary>
/// <remarks>
/// Trust goes to a member of the store wherever it stands in the chain. The platform accepts self-issued members as roots; a chain that holds any other member, an
/// intermediate or the server's own certificate, is accepted here up to that member, as OpenSSL does with X509_V_FLAG_PARTIAL_CHAIN. Everything below the member,
/// and the member's own validity, is judged as always.
/// </remarks>
internal sealed class CertificateJudge(TlsTarget tls, TrustAnchors? anchors, DateTimeOffset now)
{
    private const X509ChainStatusFlags TrustFlags = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
        | X509ChainStatusFlags.NotSignatureValid | X509ChainStatusFlags.ExplicitDistrust | X509ChainStatusFlags.Cyclic;

    private const X509ChainStatusFlags TimeFlags = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    private static readonly SsCauseCode[] Precedence =
    [
        SsCauseCode.CertificateUntrusted, SsCauseCode.CertificateExpired, SsCauseCode.CertificateHostMismatch, SsCauseCode.CertificateInvalid,
    ];

    private readonly List<CertificateProblem> _problems = [];

    private string Store => anchors is null ? "the operating system's trust store" : $"trust store '{OperatorText.Clean(anchors.Name)}'";

    /// <summary>The failure, or null when the certificate is acceptable.</summary>
    public TransportFailure? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None && certificate is not null)
            return null;

        if (certificate is null || chain is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            Add(SsCauseCode.CertificateInvalid, "the server presented no certificate");
        else
            JudgeCertificate(certificate, chain, errors);

        if (_problems.Count == 0)
            return null;

        var gravest = _problems.MinBy(static one => Array.IndexOf(Precedence, one.Code));
        var text = string.Join("; ", _problems.OrderBy(static one => Array.IndexOf(Precedence, one.Code)).Select(static one => one.Text));
        return new TransportFailure(SsPhase.Tls, gravest.Code, $"the server's certificate is refused: {text}") { Attribute = gravest.Attribute };
    }

    private void JudgeCertificate(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            Add(SsCauseCode.CertificateHostMismatch,
                $"it is for {CertificateText.Names(certificate)}, not for '{OperatorText.Clean(tls.ServerName)}'; correct the endpoint, or give the server a certificate for that name",
                "endpoint");
        }

        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            JudgeChain(chain);
    }

    private void JudgeChain(X509Chain chain)
    {
        var elements = chain.ChainElements.ToList();
        var anchor = anchors is null ? -1 : elements.FindIndex(one => anchors.Contains(one.Certificate));
        var last = anchor >= 0 ? anchor : elements.Count - 1;
        var onElements = X509ChainStatusFlags.NoError;
        var trust = X509ChainStatusFlags.NoError;
        var found = _problems.Count;

        for (var i = 0; i < elements.Count; i++)
        {
            var flags = Flags(elements[i].ChainElementStatus);
            onElements |= flags;
            if (i > last)
                continue;

            // The anchor is known byte by byte: who signed it, and whether the chain goes on above it, is of no interest. Below it every signature counts.
            if (i == anchor)
                flags &= ~(X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid);
            trust |= flags & TrustFlags;
            JudgeElement(elements[i].Certificate, flags & ~TrustFlags);
        }

        // What the platform holds against the chain as a whole, and against no element of it.
        var whole = Flags(chain.ChainStatus) & ~onElements;
        if (anchor >= 0)
            whole &= ~(X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain);
        trust |= whole & TrustFlags;
        if ((whole & ~TrustFlags) != 0)
            Add(SsCauseCode.CertificateInvalid, $"its chain is not acceptable ({whole & ~TrustFlags})");

        if (trust != 0)
            Add(SsCauseCode.CertificateUntrusted, Untrusted(elements, trust), "tls_trust_store");
        else if (anchor < 0 && _problems.Count == found)
            Add(SsCauseCode.CertificateUntrusted, $"its chain could not be checked against {Store}", "tls_trust_store");
    }

    private void JudgeElement(X509Certificate2 certificate, X509ChainStatusFlags flags)
    {
        if ((flags & TimeFlags) != 0)
        {
            var member = anchors?.Contains(certificate) == true;
            Add(SsCauseCode.CertificateExpired, CertificateText.Validity(certificate, now) + (member ? $"; it is a member of {Store}: renew it there" : "; renew it, or set the clock right"),
                member ? "tls_trust_store" : null);
        }

        var other = flags & ~TimeFlags;
        if (other == 0)
            return;
        var what = (other & X509ChainStatusFlags.NotValidForUsage) != 0 ? "is not made for authenticating servers" : $"is not acceptable ({other})";
        Add(SsCauseCode.CertificateInvalid, $"certificate {CertificateText.Subject(certificate)} {what}");
    }

    private string Untrusted(List<X509ChainElement> elements, X509ChainStatusFlags flags)
    {
        var text = elements.Count == 0 ? "it has no chain" : Break(elements, flags);
        if (anchors is { Unusable.IsEmpty: false })
            text += $" (members of the store that cannot be used: {string.Join("; ", anchors.Unusable)})";
        return text;
    }

    private string Break(List<X509ChainElement> elements, X509ChainStatusFlags flags)
    {
        var top = elements[^1].Certificate;
        var subject = CertificateText.Subject(top);
        var issuer = CertificateText.Issuer(top);
        if ((flags & X509ChainStatusFlags.NotSignatureValid) != 0)
            return $"its chain {string.Join(" <- ", elements.Select(static one => CertificateText.Subject(one.Certificate)))} holds a signature that is not its issuer's";
        if ((flags & X509ChainStatusFlags.UntrustedRoot) == 0)
            return $"its chain stops at {subject}: the issuer {issuer} was not sent by the server and is not in {Store}; let the server send its intermediate certificates, or add the issuer to the store";
        return elements.Count == 1
            ? $"it is self-signed ({subject}, issuer {issuer}) and not a member of {Store}; add it to the store if it is to be trusted"
            : $"its chain ends in the root {issuer}, which is not in {Store}; add that root to the store if it is to be trusted";
    }

    private void Add(SsCauseCode code, string text, string? attribute = null) => _problems.Add(new CertificateProblem(code, text, attribute));

    private static X509ChainStatusFlags Flags(X509ChainStatus[] statuses)
    {
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in statuses)
            flags |= status.Status;
        return flags;
    }
}
