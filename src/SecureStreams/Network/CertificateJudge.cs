using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// Decides about a peer's certificate, and says all that is wrong with it. The code of the failure is that of the gravest problem: untrusted, then revoked, pins, expired,
/// host mismatch, invalid, then not known whether it is revoked. Nothing else that an untrusted certificate states deserves belief; an expired one is most likely the right one
/// grown old.
/// </summary>
/// <remarks>
/// Trust goes to a member of the store wherever it stands in the chain. The platform accepts self-issued members as roots; a chain that holds any other member, an
/// intermediate or the server's own certificate, is accepted here up to that member, as OpenSSL does with X509_V_FLAG_PARTIAL_CHAIN. Everything below the member,
/// and the member's own validity, is judged as always.
/// </remarks>
/// <param name="tls">What the handshake is for.</param>
/// <param name="anchors">The trust store; null for the operating system's.</param>
/// <param name="now">The time.</param>
/// <param name="party">Whose certificate it is.</param>
internal sealed class CertificateJudge(TlsTarget tls, TrustAnchors? anchors, DateTimeOffset now, CertificateParty party)
{
    private const X509ChainStatusFlags RootlessFlags = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    private const X509ChainStatusFlags TrustFlags = RootlessFlags | X509ChainStatusFlags.NotSignatureValid | X509ChainStatusFlags.ExplicitDistrust | X509ChainStatusFlags.Cyclic;

    private const X509ChainStatusFlags TimeFlags = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    private const X509ChainStatusFlags UnknownFlags = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    private static readonly SsCauseCode[] Precedence =
    [
        SsCauseCode.CertificateUntrusted, SsCauseCode.CertificateRevoked, SsCauseCode.CertificatePinMismatch, SsCauseCode.CertificateExpired,
        SsCauseCode.CertificateHostMismatch, SsCauseCode.CertificateInvalid, SsCauseCode.RevocationUnknown,
    ];

    private readonly List<CertificateProblem> _problems = [];

    private string Store => anchors is null ? "the operating system's trust store" : $"trust store '{OperatorText.Clean(anchors.Name)}'";

    /// <summary>The failure, or null when the certificate is acceptable.</summary>
    public TransportFailure? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            Add(SsCauseCode.CertificateInvalid, $"the {party.Name} presented no certificate");
        else
            JudgeCertificate(certificate, chain, errors);

        if (_problems.Count == 0)
            return null;

        var gravest = _problems.MinBy(static one => Array.IndexOf(Precedence, one.Code));
        var text = string.Join("; ", _problems.OrderBy(static one => Array.IndexOf(Precedence, one.Code)).Select(static one => one.Text));
        return new TransportFailure(SsPhase.Tls, gravest.Code, $"the {party.Name}'s certificate is refused: {text}") { Attribute = gravest.Attribute };
    }

    private void JudgeCertificate(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            Add(SsCauseCode.CertificateHostMismatch,
                $"it is for {CertificateText.Names(certificate)}, not for '{OperatorText.Clean(tls.ServerName)}'; correct the endpoint, or give the server a certificate for that name",
                "endpoint");
        }

        JudgeChain(chain, (errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0);
    }

    private void JudgeChain(X509Chain chain, bool hasErrors)
    {
        var elements = chain.ChainElements.ToList();
        var anchor = anchors is null ? -1 : elements.FindIndex(one => anchors.Contains(one.Certificate));
        var last = anchor >= 0 ? anchor : elements.Count - 1;
        var onElements = X509ChainStatusFlags.NoError;
        var trust = X509ChainStatusFlags.NoError;
        var found = _problems.Count;
        var unknown = new List<string>();

        for (var i = 0; i < elements.Count; i++)
        {
            var flags = Flags(elements[i].ChainElementStatus);
            onElements |= flags;
            if (i > last)
                continue;

            // The anchor is known byte by byte: who signed it, and whether the chain goes on above it, is of no interest. Below it every signature counts.
            if (i == anchor)
                flags &= ~(RootlessFlags | X509ChainStatusFlags.NotSignatureValid);
            trust |= flags & TrustFlags;
            if ((flags & UnknownFlags) != 0)
                unknown.Add(CertificateText.Subject(elements[i].Certificate));
            JudgeElement(elements[i].Certificate, flags & ~TrustFlags & ~UnknownFlags);
            JudgeStrength(elements[i].Certificate, isOwn: i == 0, isAnchor: i == last);
        }

        // What the platform holds against the chain as a whole, and against no element of it.
        var whole = Flags(chain.ChainStatus) & ~onElements;
        trust |= (anchor >= 0 ? whole & ~RootlessFlags : whole) & TrustFlags;
        var rest = whole & ~TrustFlags & ~UnknownFlags;
        if (rest != 0)
            Add(SsCauseCode.CertificateInvalid, $"its chain is not acceptable ({rest})");

        if (trust != 0)
            Add(SsCauseCode.CertificateUntrusted, Untrusted(elements, trust), party.StoreAttribute);
        else if (anchor < 0 && (anchors is not null || (hasErrors && unknown.Count == 0 && _problems.Count == found)))
            Add(SsCauseCode.CertificateUntrusted, $"its chain could not be checked against {Store}", party.StoreAttribute);
        else
            JudgeVerified(elements, last, unknown, hasRoot: ((onElements | whole) & RootlessFlags) == 0);
    }

    /// <summary>What can be said only of a chain that ends where it should.</summary>
    private void JudgeVerified(List<X509ChainElement> elements, int last, List<string> unknown, bool hasRoot)
    {
        // The platform asks about whole chains alone, and of one that stops at the anchor it says nothing at all: no answer must not pass for a good one.
        if (tls.Options.ChecksRevocation && !hasRoot)
        {
            Add(SsCauseCode.RevocationUnknown,
                $"whether it is revoked cannot be learned: {Store} does not hold the root of its chain ({CertificateText.Issuer(elements[^1].Certificate)}), and only along a whole chain can be asked; "
                + "add the root to the store, or state tls_revocation \"none\"",
                "tls_revocation");
        }
        else if (unknown.Count > 0)
        {
            Add(SsCauseCode.RevocationUnknown,
                $"whether {string.Join(" and ", unknown)} is revoked could not be learned: it names no place to ask over http, nobody answers there, or the answer is not its issuer's; "
                + "mend what its CRL distribution point and OCSP responder say, or state tls_revocation \"none\"",
                "tls_revocation");
        }

        if (tls.Options.Pins is not { } pins)
            return;
        var hashes = elements.Take(pins.AnyOfChain ? last + 1 : 1).Select(static one => TlsPins.HashOf(one.Certificate)).ToList();
        if (!hashes.Any(pins.Contains))
        {
            Add(SsCauseCode.CertificatePinMismatch,
                $"none of tls_pins is the key of {(pins.AnyOfChain ? "its chain" : "the server")}, which has {string.Join(", ", hashes)}; "
                + "if the server's key was changed by those who run it, pin the new one",
                "tls_pins");
        }
    }

    /// <summary>What can be forged is no proof. The anchor is known byte by byte, so neither its signature nor, unless it is the server's own, its key is looked at.</summary>
    private void JudgeStrength(X509Certificate2 certificate, bool isOwn, bool isAnchor)
    {
        if ((isOwn || !isAnchor) && CertificateStrength.WeakKey(certificate) is { } key)
            Add(SsCauseCode.CertificateInvalid, $"certificate {CertificateText.Subject(certificate)} has {key}; let its issuer make one with a stronger key");
        if (!isAnchor && CertificateStrength.WeakSignature(certificate) is { } signature)
            Add(SsCauseCode.CertificateInvalid, $"certificate {CertificateText.Subject(certificate)} is signed with {signature}, which can be forged; let its issuer sign it with SHA-256 or better");
    }

    private void JudgeElement(X509Certificate2 certificate, X509ChainStatusFlags flags)
    {
        if ((flags & TimeFlags) != 0)
        {
            var member = anchors?.Contains(certificate) == true;
            Add(SsCauseCode.CertificateExpired, CertificateText.Validity(certificate, now) + (member ? $"; it is a member of {Store}: renew it there" : "; renew it, or set the clock right"),
                member ? party.StoreAttribute : null);
        }

        if ((flags & X509ChainStatusFlags.Revoked) != 0)
            Add(SsCauseCode.CertificateRevoked, $"certificate {CertificateText.Subject(certificate)} was revoked by its issuer; give the {party.Name} a new one", "tls_revocation");

        var other = flags & ~TimeFlags & ~X509ChainStatusFlags.Revoked;
        if (other == 0)
            return;
        var what = (other & X509ChainStatusFlags.NotValidForUsage) != 0 ? $"is not made for authenticating {party.Name}s" : $"is not acceptable ({other})";
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
            return $"its chain stops at {subject}: the issuer {issuer} was not sent by the {party.Name} and is not in {Store}; let the {party.Name} send its intermediate certificates, or add the issuer to the store";
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
