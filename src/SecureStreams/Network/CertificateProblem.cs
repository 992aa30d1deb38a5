namespace SecureStreams.Network;

/// <summary>One thing that is wrong with a peer's certificate. The order of the codes in <see cref="CertificateJudge"/> decides which one names the failure.</summary>
internal readonly record struct CertificateProblem(SsCauseCode Code, string Text, string? Attribute);
